#Requires -Version 5.1
<#
.SYNOPSIS
Carries a chainlab plan out on this server: adds and removes certificates in its stores.
.DESCRIPTION
Run it elevated. It may be run again: what is in place already is left alone. -WhatIf shows what would be done.
Every certificate file is compared with its SHA-256 fingerprint before use. What is about to change is backed up
first, and the script stops at the first thing that is not as expected. rollback.ps1 takes back what this script did.
.PARAMETER BackupDirectory
Where certificates, registry exports and the record of what was done are kept. Default: a new directory beside the
script.
.PARAMETER RestartIis
Runs iisreset at the end. Without it the server goes on serving the old chain until it looks at its stores again.
#>
[CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
param(
    [string]$BackupDirectory = '',
    [switch]$RestartIis
)

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'

if (-not $BackupDirectory) {
    $BackupDirectory = Join-Path $PSScriptRoot ('backup-' + (Get-Date -Format 'yyyyMMdd-HHmmss'))
}
$Plan = @@PLAN@@
$Operations = @(
@@OPERATIONS@@
)

$StoresKey = 'HKLM\SOFTWARE\Microsoft\SystemCertificates'
$SystemKey = 'HKU\S-1-5-18\Software\Microsoft\SystemCertificates'

function Get-Sha256([byte[]]$Bytes) {
    $hash = [System.Security.Cryptography.SHA256]::Create()
    try { [System.BitConverter]::ToString($hash.ComputeHash($Bytes)).Replace('-', '').ToLowerInvariant() }
    finally { $hash.Dispose() }
}

function Get-SystemPath($Operation) {
    # The LocalSystem user's stores are seen by no certificate provider, only in the registry.
    'Registry::HKEY_USERS\S-1-5-18\Software\Microsoft\SystemCertificates\' + $Operation.Store + '\Certificates\' +
        $Operation.Thumbprint
}

function Find-Certificate($Operation) {
    # The certificate in the operation's store, or nothing. A thumbprint with another SHA-256 is a surprise.
    if ($Operation.Location -eq 'System') {
        if (Test-Path -LiteralPath (Get-SystemPath $Operation)) { return Get-SystemPath $Operation }
        return $null
    }
    $path = 'Cert:\LocalMachine\' + $Operation.Store + '\' + $Operation.Thumbprint
    if (-not (Test-Path -LiteralPath $path)) { return $null }
    $found = Get-Item -LiteralPath $path
    if ((Get-Sha256 $found.RawData) -ne $Operation.Sha256) {
        throw ('Stopped: ' + $path + ' has another SHA-256 than the plan expects: ' + $Operation.Sha256)
    }
    $found
}

function Get-PlanCertificate($Operation) {
    # From the package, checked; else from the Root store, checked as well.
    if ($Operation.File) {
        $file = Join-Path (Join-Path $PSScriptRoot 'certificates') $Operation.File
        if (Test-Path -LiteralPath $file) {
            $bytes = [System.IO.File]::ReadAllBytes($file)
            if ((Get-Sha256 $bytes) -ne $Operation.Sha256) {
                throw ('Stopped: ' + $file + ' is not the certificate with SHA-256 ' + $Operation.Sha256)
            }
            return New-Object System.Security.Cryptography.X509Certificates.X509Certificate2 -ArgumentList @(, $bytes)
        }
    }
    foreach ($store in @('Root', 'AuthRoot', 'CA')) {
        $held = Find-Certificate @{ Location = 'LocalMachine'; Store = $store; Thumbprint = $Operation.Thumbprint
            Sha256 = $Operation.Sha256 }
        if ($held) { return $held }
    }
    $hint = 'put it into the directory certificates as ' + $Operation.File
    if ($Operation.Url) { $hint = 'get it from ' + $Operation.Url + ' and ' + $hint }
    throw ('Stopped: ' + $Operation.Certificate + ' (SHA-256 ' + $Operation.Sha256 + ') is not at hand; ' + $hint)
}

function Open-Store([string]$Name) {
    $store = New-Object System.Security.Cryptography.X509Certificates.X509Store -ArgumentList $Name, 'LocalMachine'
    $store.Open('ReadWrite')
    $store
}

function Add-ToStore($Operation, $Certificate) {
    if ($Operation.Location -eq 'System') {
        throw ('Stopped: nothing can be added to the LocalSystem user''s store ' + $Operation.Store + ' by this script')
    }
    $store = Open-Store $Operation.Store
    try { $store.Add($Certificate) } finally { $store.Close() }
}

function Remove-FromStore($Operation, $Found) {
    if ($Operation.Location -eq 'System') {
        Remove-Item -LiteralPath $Found -Recurse
        return
    }
    $store = Open-Store $Operation.Store
    try { $store.Remove($Found) } finally { $store.Close() }
}

function Backup-Certificate($Operation, $Found) {
    if ($Operation.Location -eq 'System') { return '' }  # the registry export holds it
    $name = $Operation.Store + '-' + $Operation.Sha256 + '.cer'
    [System.IO.File]::WriteAllBytes((Join-Path $BackupDirectory $name), $Found.RawData)
    $name
}

function Backup-Registry {
    $keys = @{}
    foreach ($operation in $Operations) {
        $base = $StoresKey
        if ($operation.Location -eq 'System') { $base = $SystemKey }
        $keys[$base + '\' + $operation.Store] = $operation.Location + '-' + $operation.Store + '.reg'
    }
    foreach ($key in $keys.Keys) {
        if (-not (Test-Path -LiteralPath ('Registry::' + $key.Replace('HKLM\', 'HKEY_LOCAL_MACHINE\').Replace('HKU\', 'HKEY_USERS\')))) { continue }
        & "$env:SystemRoot\System32\reg.exe" export $key (Join-Path $BackupDirectory $keys[$key]) /y | Out-Null
        if ($LASTEXITCODE -ne 0) { throw ('Stopped: the registry key could not be exported: ' + $key) }
    }
}

function Save-Record($Record) {
    ConvertTo-Json -InputObject @($Record) -Depth 4 |
        Set-Content -LiteralPath (Join-Path $BackupDirectory 'done.json') -Encoding UTF8
}

function Test-Elevated {
    $identity = [System.Security.Principal.WindowsIdentity]::GetCurrent()
    $principal = New-Object System.Security.Principal.WindowsPrincipal -ArgumentList $identity
    $principal.IsInRole([System.Security.Principal.WindowsBuiltInRole]::Administrator)
}

if (-not $WhatIfPreference -and -not (Test-Elevated)) { throw 'Stopped: run this script elevated (as administrator)' }

# Everything that could stop the script is looked at before the first change.
foreach ($operation in $Operations) {
    $found = Find-Certificate $operation
    if ($operation.Kind -eq 'add' -and -not $found) { $null = Get-PlanCertificate $operation }
}

Write-Output $Plan
if (-not $WhatIfPreference) {
    $null = New-Item -ItemType Directory -Path $BackupDirectory -Force
    Backup-Registry
}

$record = @()
foreach ($operation in $Operations) {
    $place = $operation.Location + '\' + $operation.Store
    $found = Find-Certificate $operation
    $what = 'Step ' + $operation.Step + ': ' + $operation.Kind + ' ' + $operation.Certificate
    if (($operation.Kind -eq 'add') -eq [bool]$found) {
        Write-Output ($what + ' (' + $place + '): in place already')
        continue
    }
    if (-not $PSCmdlet.ShouldProcess($place, $what)) { continue }
    $backup = ''
    if ($operation.Kind -eq 'add') { Add-ToStore $operation (Get-PlanCertificate $operation) }
    else {
        $backup = Backup-Certificate $operation $found
        Remove-FromStore $operation $found
    }
    $record += @{ Kind = $operation.Kind; Location = $operation.Location; Store = $operation.Store
        Thumbprint = $operation.Thumbprint; Sha256 = $operation.Sha256; Backup = $backup }
    Save-Record $record
    if (($operation.Kind -eq 'add') -ne [bool](Find-Certificate $operation)) {
        throw ('Stopped: ' + $what + ' (' + $place + ') did not take effect')
    }
    Write-Output ($what + ' (' + $place + '): done')
}

if ($RestartIis -and $PSCmdlet.ShouldProcess('IIS', 'iisreset')) {
    & "$env:SystemRoot\System32\iisreset.exe"
    if ($LASTEXITCODE -ne 0) { throw 'Stopped: iisreset failed' }
}
Write-Output 'Now check with verify.ps1. If the old chain is still served: rebind, then iisreset, then restart the server.'
