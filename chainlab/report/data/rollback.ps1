#Requires -Version 3.0
<#
.SYNOPSIS
Takes back what apply.ps1 did on this server, last step first.
.DESCRIPTION
Run it elevated. It reads the records that apply.ps1 left in its backup directories, of every run, newest first, and
undoes exactly that: what was added is taken out, what was taken out comes back with its properties. A record that was
taken back is marked (taken-back.json). It may be run again. -WhatIf shows what would be done.
.PARAMETER BackupDirectory
One backup directory of apply.ps1. Default: every one beside the script, newest first.
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

@@ENTRIES@@
function Restore-Entry([string]$Directory, $Item) {
    # The registry export holds the entry as it was, with the purposes it was restricted to.
    $file = Join-Path $Directory $Item.Backup
    if ((Get-Sha256 ([System.IO.File]::ReadAllBytes($file))) -ne $Item.BackupSha256) {
        throw ('Stopped: the backup was changed: ' + $file)
    }
    $ErrorActionPreference = 'Continue'  # reg.exe reports success on its error stream
    & "$env:SystemRoot\System32\reg.exe" import $file 2>&1 | Out-Null
    if ($LASTEXITCODE -ne 0) { throw ('Stopped: not imported: ' + $file) }
    if (-not (Test-Entry $Item) -or (Get-EntrySha256 $Item) -ne $Item.BlobSha256) {
        throw ('Stopped: the entry is not as it was, its properties may be lost: ' + (Get-EntryKey $Item))
    }
}

function Remove-Entry($Item) {
    if ($Item.Location -ne 'System') {
        $path = 'Cert:\LocalMachine\' + $Item.Store + '\' + $Item.Thumbprint
        if ((Test-Path -LiteralPath $path) -and (Get-Sha256 (Get-Item -LiteralPath $path).RawData) -ne $Item.Sha256) {
            throw ('Stopped: another certificate than expected: ' + $path)
        }
    }
    Remove-Item -LiteralPath (Get-EntryPath $Item) -Recurse
    if (Test-Entry $Item) { throw ('Stopped: no effect on ' + (Get-EntryKey $Item)) }
}

function Test-AsBefore($Item) {
    if ($Item.Kind -eq 'add') { return -not (Test-Entry $Item) }
    (Test-Entry $Item) -and (Get-EntrySha256 $Item) -eq $Item.BlobSha256
}

function Undo-Run([string]$Directory) {
    $file = Join-Path $Directory 'done.json'
    $record = @(Get-Content -LiteralPath $file -Raw -Encoding UTF8 | ConvertFrom-Json)
    if ($record.Count -eq 1 -and $record[0] -is [array]) { $record = @($record[0]) }
    [array]::Reverse($record)
    $left = 0
    Write-Output ('Taking back ' + $file)
    foreach ($item in $record) {
        $place = $item.Location + '\' + $item.Store
        $undo = 'remove'
        if ($item.Kind -eq 'remove') { $undo = 'restore' }
        if (Test-AsBefore $item) {
            Write-Output ($undo + ' ' + $item.Sha256 + ' (' + $place + '): in place already')
            continue
        }
        if (-not $PSCmdlet.ShouldProcess($place, $undo + ' ' + $item.Sha256)) {
            $left += 1
            continue
        }
        if ($undo -eq 'restore') { Restore-Entry $Directory $item } else { Remove-Entry $item }
        Write-Output ($undo + ' ' + $item.Sha256 + ' (' + $place + '): done')
    }
    if ($left -eq 0 -and -not $WhatIfPreference) { Move-Item -LiteralPath $file -Destination (Join-Path $Directory 'taken-back.json') -Force }
}

Write-Output ('Rollback of: ' + $Plan)
if ($BackupDirectory) {
    $directories = @($ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($BackupDirectory))
}
else {
    $directories = @(Get-ChildItem -LiteralPath $PSScriptRoot -Directory -Filter 'backup-*' |
        Sort-Object -Property Name -Descending | ForEach-Object { $_.FullName })
}
$waiting = @($directories | Where-Object { Test-Path -LiteralPath (Join-Path $_ 'done.json') })
$taken = @($directories | Where-Object { Test-Path -LiteralPath (Join-Path $_ 'taken-back.json') })
if ($waiting.Count -eq 0 -and $taken.Count -eq 0) {
    throw 'Stopped: no record of apply.ps1 (done.json) was found: it changed nothing, or give its -BackupDirectory'
}
if ($waiting.Count -eq 0) { Write-Output 'Nothing to take back: every record is marked as taken back' }
foreach ($directory in $waiting) { Undo-Run $directory }

if ($RestartIis -and $PSCmdlet.ShouldProcess('IIS', 'iisreset')) {
    & "$env:SystemRoot\System32\iisreset.exe"
    if ($LASTEXITCODE -ne 0) { throw 'Stopped: iisreset failed' }
}
