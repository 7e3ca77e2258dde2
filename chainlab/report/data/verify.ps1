#Requires -Version 3.0
<#
.SYNOPSIS
Does this server still hold, and serve, what the plan promised? Exit status 0 yes, 1 no, 3 it could not be asked; 1
wins over 3.
.DESCRIPTION
First the certificate stores of this machine are compared with the plan (not with -NoStores), then a fresh connection
shows the chain that is served. With OpenSSL at hand the chain is compared as it is on the wire, in order; without it
.NET tells which certificates came, but not in which order.
.PARAMETER Target
HOST:PORT to connect to instead of the plan's endpoints.
.PARAMETER OpenSsl
The openssl program; by default the one in PATH or of Git for Windows.
.PARAMETER NoStores
Leave the stores out, on another machine than the server.
.PARAMETER Log
Append the result to this file.
#>
[CmdletBinding()]
param(
    [string]$Target = '',
    [string]$OpenSsl = '',
    [switch]$NoStores,
    [string]$Log = ''
)

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'

$Plan = @@PLAN@@
$Operations = @(
@@OPERATIONS@@
)
$Sites = @(
@@SITES@@
)

function Write-Result([string]$Text) {
    Write-Output $Text
    if ($Log) { Add-Content -LiteralPath $Log -Encoding UTF8 -Value ((Get-Date -Format 's') + ' ' + $Text) }
}

function Get-Sha256([byte[]]$Bytes) {
    $hash = [System.Security.Cryptography.SHA256]::Create()
    try { [System.BitConverter]::ToString($hash.ComputeHash($Bytes)).Replace('-', '').ToLowerInvariant() }
    finally { $hash.Dispose() }
}

@@ENTRIES@@
function Find-OpenSsl {
    if ($OpenSsl) { return $OpenSsl }
    $found = Get-Command -Name 'openssl' -CommandType Application -ErrorAction SilentlyContinue | Select-Object -First 1
    if ($found) { return $found.Path }
    foreach ($place in @("$env:ProgramFiles\Git\usr\bin\openssl.exe", "$env:ProgramFiles\Git\mingw64\bin\openssl.exe")) {
        if (Test-Path -LiteralPath $place) { return $place }
    }
    ''
}

function Get-ChainByOpenSsl([string]$Program, [string]$Endpoint, [string]$Name) {
    $ErrorActionPreference = 'Continue'  # what openssl writes to its error stream is not an error
    $arguments = @('s_client', '-connect', $Endpoint, '-showcerts')
    if ($Name) { $arguments += @('-servername', $Name) } else { $arguments += '-noservername' }
    $text = ('' | & $Program $arguments 2>$null) -join "`n"
    $blocks = [regex]::Matches($text, '-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----')
    foreach ($block in $blocks) { Get-Sha256 ([Convert]::FromBase64String($block.Groups[1].Value)) }
}

function Get-TlsVersions {
    # .NET 4.5 offers SSL 3.0 and TLS 1.0 unless it is told; the names that it does not know are left out.
    $known = [Enum]::GetNames([System.Security.Authentication.SslProtocols])
    $wanted = @('Tls', 'Tls11', 'Tls12') | Where-Object { $known -contains $_ }
    [System.Security.Authentication.SslProtocols]($wanted -join ', ')
}

function Get-ChainByDotNet([string]$Endpoint, [string]$Name) {
    # What the server sent is in the extra store of the chain that .NET hands to the callback.
    $script:Seen = @()
    $callback = [System.Net.Security.RemoteCertificateValidationCallback] {
        param($connection, $certificate, $chain, $errors)
        $script:Seen = @(Get-Sha256 $certificate.GetRawCertData())
        foreach ($sent in $chain.ChainPolicy.ExtraStore) { $script:Seen += Get-Sha256 $sent.RawData }
        $true  # judged below, by fingerprint
    }
    $colon = $Endpoint.LastIndexOf(':')
    $address = $Endpoint.Substring(0, $colon) -replace '[\[\]]', ''
    $port = [int]$Endpoint.Substring($colon + 1)
    $client = New-Object System.Net.Sockets.TcpClient -ArgumentList $address, $port
    try {
        $network = $client.GetStream()
        $stream = New-Object System.Net.Security.SslStream -ArgumentList $network, $false, $callback
        try { $stream.AuthenticateAsClient($Name, $null, (Get-TlsVersions), $false) } finally { $stream.Dispose() }
    }
    finally { $client.Close() }
    $script:Seen | Select-Object -Unique
}

function Test-Chain([string[]]$Served, [string[]]$Promised, [bool]$Ordered) {
    # The server certificate may have been renewed; the certificates above it must be the promised ones.
    $above = @($Served | Select-Object -Skip 1)
    $wanted = @($Promised | Select-Object -Skip 1)
    if (-not $Ordered) { $above = @($above | Sort-Object); $wanted = @($wanted | Sort-Object) }
    ($above -join ' ') -eq ($wanted -join ' ')
}

Write-Result $Plan
$bad = 0
$unasked = 0
if (-not $NoStores) {
    foreach ($operation in $Operations) {
        # Root shows the copies of AuthRoot and of group policy as its own: what is gone counts in its own store only,
        # and not at all where the plan holds whether or not Windows puts it back.
        if (-not $operation.Decisive) { continue }
        if ($operation.Kind -eq 'remove' -or $operation.Location -eq 'System') { $there = Test-Entry $operation }
        else { $there = Test-Path -LiteralPath ('Cert:\LocalMachine\' + $operation.Store + '\' + $operation.Thumbprint) }
        if (($operation.Kind -eq 'add') -ne $there) {
            $bad = 1
            $state = 'is missing from'
            if ($there) { $state = 'is back in' }
            Write-Result ('Step ' + $operation.Step + ' is undone: ' + $operation.Certificate + ' ' + $state + ' ' + $operation.Location + '\' + $operation.Store)
        }
    }
}

$program = Find-OpenSsl
foreach ($site in $Sites) {
    $endpoint = $site.Endpoint
    if ($Target) { $endpoint = $Target }
    if (-not $endpoint) {
        Write-Result ($site.Name + ': no endpoint is known; give -Target HOST:PORT')
        $unasked = 3
        continue
    }
    try {
        if ($program) { $served = @(Get-ChainByOpenSsl $program $endpoint $site.ServerName) }
        else { $served = @(Get-ChainByDotNet $endpoint $site.ServerName) }
    }
    catch {
        Write-Result ($endpoint + ': no connection: ' + $_.Exception.Message)
        $unasked = 3
        continue
    }
    if ($served.Count -eq 0) {
        Write-Result ($endpoint + ': no certificate was received')
        $unasked = 3
        continue
    }
    $kept = @($site.Promised | Where-Object { Test-Chain $served $_.Chain ([bool]$program) })
    if ($kept.Count -eq 0) {
        $bad = 1
        Write-Result ($endpoint + ': NOT the promised chain; served: ' + ($served -join ' '))
    }
    else {
        $renewed = ''
        if ($served[0] -ne $kept[0].Chain[0]) { $renewed = ' (under another server certificate)' }
        Write-Result ($endpoint + ': the promised chain' + $renewed)
    }
}
if ($bad) { exit $bad }
exit $unasked
