#Requires -Version 3.0
<#
.SYNOPSIS
Carries a chainlab plan out on this server: adds and removes certificates in its stores.
.DESCRIPTION
Run it elevated. It may be run again: what is in place already is left alone. -WhatIf shows what would be done.
Every certificate file is compared with its SHA-256 fingerprint before use. What is about to change is backed up
first, and the script stops at the first thing that is not as expected. rollback.ps1 takes back what this script did.
.PARAMETER BackupDirectory
Where the registry export of each entry that is taken out, with its properties, and the record of what was done are
kept. It is made at the first change; one run never writes into the record of another. Default: a new directory beside
the script.
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
$BackupDirectory = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($BackupDirectory)
$Plan = @@PLAN@@
$Operations = @(
@@OPERATIONS@@
)

function Get-Sha256([byte[]]$Bytes) {
    $hash = [System.Security.Cryptography.SHA256]::Create()
    try { [System.BitConverter]::ToString($hash.ComputeHash($Bytes)).Replace('-', '').ToLowerInvariant() }
    finally { $hash.Dispose() }
}

@@ENTRIES@@
function Find-Certificate($Operation) {
    # The certificate as the operation's store shows it, or nothing. A thumbprint with another SHA-256 is a surprise.
    if ($Operation.Location -eq 'System') {  # seen by no certificate provider, only in the registry
        if (Test-Entry $Operation) { return Get-EntryPath $Operation }
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

function Test-InPlace($Operation) {
    # Root shows the copies of AuthRoot and of group policy as its own: what is to go counts in its own store only.
    if ($Operation.Kind -eq 'add') { return [bool](Find-Certificate $Operation) }
    -not (Test-Entry $Operation)
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

function Start-Record {
    if (-not (Test-Path -LiteralPath $BackupDirectory)) { $null = New-Item -ItemType Directory -Path $BackupDirectory }
    foreach ($name in @('done.json', 'taken-back.json')) {
        $file = Join-Path $BackupDirectory $name
        if (Test-Path -LiteralPath $file) { throw ('Stopped: ' + $file + ' is the record of an earlier run; give another -BackupDirectory') }
    }
}

function Save-Record($Record) {
    ConvertTo-Json -InputObject @($Record) -Depth 4 |
        Set-Content -LiteralPath (Join-Path $BackupDirectory 'done.json') -Encoding UTF8
}

function Backup-Entry($Operation) {
    # The entry's registry key holds the certificate with all its properties, the allowed purposes among them.
    $name = $Operation.Location + '-' + $Operation.Store + '-' + $Operation.Thumbprint + '.reg'
    $file = Join-Path $BackupDirectory $name
    & "$env:SystemRoot\System32\reg.exe" export (Get-EntryKey $Operation) $file /y | Out-Null
    if ($LASTEXITCODE -ne 0 -or -not (Test-Path -LiteralPath $file)) {
        throw ('Stopped: the entry could not be exported: ' + (Get-EntryKey $Operation))
    }
    $name
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
$record = @()
foreach ($operation in $Operations) {
    $place = $operation.Location + '\' + $operation.Store
    $what = 'Step ' + $operation.Step + ': ' + $operation.Kind + ' ' + $operation.Certificate
    if (Test-InPlace $operation) {
        Write-Output ($what + ' (' + $place + '): in place already')
        continue
    }
    if (-not $PSCmdlet.ShouldProcess($place, $what)) { continue }
    if ($record.Count -eq 0) { Start-Record }
    $item = @{ Kind = $operation.Kind; Location = $operation.Location; Store = $operation.Store
        Thumbprint = $operation.Thumbprint; Sha256 = $operation.Sha256; Backup = ''; BackupSha256 = ''; BlobSha256 = '' }
    if ($operation.Kind -eq 'remove') {
        $item.Backup = Backup-Entry $operation
        $item.BackupSha256 = Get-Sha256 ([System.IO.File]::ReadAllBytes((Join-Path $BackupDirectory $item.Backup)))
        $item.BlobSha256 = Get-EntrySha256 $operation
    }
    $record += $item
    Save-Record $record  # before the change, so that nothing is done that rollback.ps1 does not know
    if ($operation.Kind -eq 'add') { Add-ToStore $operation (Get-PlanCertificate $operation) }
    else { Remove-Item -LiteralPath (Get-EntryPath $operation) -Recurse }
    if (-not (Test-InPlace $operation)) {
        if ($operation.Decisive) { throw ('Stopped: ' + $what + ' (' + $place + ') did not take effect') }
        Write-Warning ($what + ' (' + $place + '): it is there again; Untrusted wins over it')
        continue
    }
    Write-Output ($what + ' (' + $place + '): done')
}

if ($RestartIis -and $PSCmdlet.ShouldProcess('IIS', 'iisreset')) {
    & "$env:SystemRoot\System32\iisreset.exe"
    if ($LASTEXITCODE -ne 0) { throw 'Stopped: iisreset failed' }
}
Write-Output 'Now check with verify.ps1. If the old chain is still served: rebind, then iisreset, then restart the server.'
