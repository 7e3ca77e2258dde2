#Requires -Version 5.1
<#
.SYNOPSIS
Takes back what apply.ps1 did on this server, last step first.
.DESCRIPTION
Run it elevated. It reads the record that apply.ps1 left in its backup directory and undoes exactly that; a server on
which apply.ps1 changed nothing is left alone. It may be run again. -WhatIf shows what would be done.
.PARAMETER BackupDirectory
The backup directory of apply.ps1. Default: the newest one beside the script.
.PARAMETER RestartIis
Runs iisreset at the end.
#>
[CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
param(
    [string]$BackupDirectory = '',
    [switch]$RestartIis
)

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'

$Plan = @@PLAN@@

function Get-Sha256([byte[]]$Bytes) {
    $hash = [System.Security.Cryptography.SHA256]::Create()
    try { [System.BitConverter]::ToString($hash.ComputeHash($Bytes)).Replace('-', '').ToLowerInvariant() }
    finally { $hash.Dispose() }
}

if (-not $BackupDirectory) {
    $newest = Get-ChildItem -LiteralPath $PSScriptRoot -Directory -Filter 'backup-*' |
        Sort-Object -Property Name -Descending | Select-Object -First 1
    if (-not $newest) { throw 'Stopped: there is no backup directory; apply.ps1 did nothing on this server' }
    $BackupDirectory = $newest.FullName
}
$file = Join-Path $BackupDirectory 'done.json'
if (-not (Test-Path -LiteralPath $file)) {
    Write-Output ('Nothing to take back: ' + $file + ' is not there')
    return
}
$record = @(Get-Content -LiteralPath $file -Raw -Encoding UTF8 | ConvertFrom-Json)
if ($record.Count -eq 1 -and $record[0] -is [array]) { $record = @($record[0]) }
[array]::Reverse($record)

Write-Output ('Rollback of: ' + $Plan)
foreach ($item in $record) {
    $place = $item.Location + '\' + $item.Store
    if ($item.Location -eq 'System') {
        Write-Warning ('By hand: reg import ' + (Join-Path $BackupDirectory ($item.Location + '-' + $item.Store + '.reg')))
        continue
    }
    $path = 'Cert:\LocalMachine\' + $item.Store + '\' + $item.Thumbprint
    $there = Test-Path -LiteralPath $path
    $undo = 'remove'
    if ($item.Kind -eq 'remove') { $undo = 'add' }
    if (($undo -eq 'add') -eq $there) {
        Write-Output ($undo + ' ' + $item.Sha256 + ' (' + $place + '): in place already')
        continue
    }
    if (-not $PSCmdlet.ShouldProcess($place, $undo + ' ' + $item.Sha256)) { continue }
    $store = New-Object System.Security.Cryptography.X509Certificates.X509Store -ArgumentList $item.Store, 'LocalMachine'
    $store.Open('ReadWrite')
    try {
        if ($undo -eq 'add') {
            $bytes = [System.IO.File]::ReadAllBytes((Join-Path $BackupDirectory $item.Backup))
            if ((Get-Sha256 $bytes) -ne $item.Sha256) { throw ('Stopped: the backup was changed: ' + $item.Backup) }
            $store.Add((New-Object System.Security.Cryptography.X509Certificates.X509Certificate2 -ArgumentList @(, $bytes)))
        }
        else {
            $found = Get-Item -LiteralPath $path
            if ((Get-Sha256 $found.RawData) -ne $item.Sha256) { throw ('Stopped: another certificate than expected: ' + $path) }
            $store.Remove($found)
        }
    }
    finally { $store.Close() }
    if (($undo -eq 'add') -ne (Test-Path -LiteralPath $path)) { throw ('Stopped: no effect on ' + $path) }
    Write-Output ($undo + ' ' + $item.Sha256 + ' (' + $place + '): done')
}

if ($RestartIis -and $PSCmdlet.ShouldProcess('IIS', 'iisreset')) {
    & "$env:SystemRoot\System32\iisreset.exe"
    if ($LASTEXITCODE -ne 0) { throw 'Stopped: iisreset failed' }
}
