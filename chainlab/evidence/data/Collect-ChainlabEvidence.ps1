<#
.SYNOPSIS
Collects what decides about the certificate chains that this Windows server sends. Reads only.

.DESCRIPTION
Writes one ZIP file (schema chainlab-evidence/1) with the raw certificate stores of the registry, the same stores as
Windows shows them, the TLS bindings of http.sys and IIS, and the settings of root update, chain building and SCHANNEL.
manifest.json in it lists every file with its SHA-256.

Only built-in commands of PowerShell 3.0 or later are used; nothing is installed or changed, and nothing is written
but the output file (and a folder of the same name beside it while the script runs). Private keys are never read:
a store entry names its key container, that is all. Without -Oracle, -Served and -VerifyStore nothing is sent to any
network. Run it elevated: without administrator rights IIS' configuration cannot be read.

.PARAMETER OutFile
The ZIP file to write; it must not exist. Default: chainlab-evidence-COMPUTER-TIME.zip in the current folder.

.PARAMETER RedactHost
Leave the computer's name out of the manifest and of the file's name.

.PARAMETER OnlyBoundCerts
Of the stores with server certificates (My, WebHosting) take only certificates that a binding uses.

.PARAMETER IncludeCurrentUser
Collect the stores of the user who runs the script too.

.PARAMETER Oracle
Let Windows build the chain of every bound certificate, as it does for each handshake, and write down the result.
Windows may then fetch missing issuers and roots, as it may at any handshake; the stores are collected before that.

.PARAMETER Served
Connect to each binding from this machine and write down the certificates that it sends.

.PARAMETER VerifyStore
Write the text of "certutil -v -verifystore My", which checks revocation over the network.

.EXAMPLE
powershell -ExecutionPolicy Bypass -File Collect-ChainlabEvidence.ps1 -Oracle
#>
[CmdletBinding()]
param(
    [string] $OutFile,
    [switch] $RedactHost,
    [switch] $OnlyBoundCerts,
    [switch] $IncludeCurrentUser,
    [switch] $Oracle,
    [switch] $Served,
    [switch] $VerifyStore
)

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'

$ToolVersion = '1.0'
$Schema = 'chainlab-evidence/1'
$System = Join-Path $env:windir 'System32'
$Utf8 = New-Object System.Text.UTF8Encoding($false)

# --- before anything is read --------------------------------------------------------------------------------------
if ([Environment]::Is64BitOperatingSystem -and -not [Environment]::Is64BitProcess) {
    # A 32-bit process would see the redirected registry and file system: the same script again, as 64 bits.
    $again = @('-NoProfile', '-ExecutionPolicy', 'Bypass', '-File', $PSCommandPath)
    foreach ($name in $PSBoundParameters.Keys) {
        $again += "-$name"
        if ($name -eq 'OutFile') { $again += $OutFile }
    }
    & (Join-Path $env:windir 'SysNative\WindowsPowerShell\v1.0\powershell.exe') $again
    exit $LASTEXITCODE
}

$identity = [Security.Principal.WindowsIdentity]::GetCurrent()
$principal = New-Object Security.Principal.WindowsPrincipal($identity)
$Elevated = $principal.IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)

if (-not $OutFile) {
    $label = $env:COMPUTERNAME
    if ($RedactHost) { $label = 'server' }
    $OutFile = 'chainlab-evidence-{0}-{1}.zip' -f $label, [DateTime]::UtcNow.ToString('yyyyMMdd-HHmmss')
}
$OutFile = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($OutFile)
$Folder = $OutFile + '.collecting'
if ((Test-Path -LiteralPath $OutFile) -or (Test-Path -LiteralPath $Folder)) {
    throw "$OutFile (or $Folder) exists already; give another name with -OutFile."
}

# --- what the steps share -----------------------------------------------------------------------------------------
$Failures = New-Object System.Collections.ArrayList
$Files = New-Object System.Collections.ArrayList

function Invoke-Step([string] $StepName, [scriptblock] $StepAction) {
    # One failing step is written down and costs that step only. (The block sees these two names: scopes are dynamic.)
    Write-Verbose $StepName
    try { & $StepAction }
    catch { [void] $Failures.Add([ordered] @{ step = $StepName; message = $_.Exception.Message }) }
}

function Get-BundlePath([string] $Path) {
    # The full path of a file of the bundle; its folder is made.
    $full = Join-Path $Folder $Path.Replace('/', '\')
    [void] (New-Item -ItemType Directory -Force -Path (Split-Path -Parent $full))
    return $full
}

function Get-Sha256([byte[]] $Bytes) {
    # The provider class works where FIPS mode forbids the managed one.
    $hash = New-Object System.Security.Cryptography.SHA256CryptoServiceProvider
    try { return ([BitConverter]::ToString($hash.ComputeHash($Bytes)) -replace '-', '').ToLowerInvariant() }
    finally { $hash.Dispose() }
}

function Add-BundleFile([string] $Path) {
    # Enter a file that has been written into the manifest's list.
    $bytes = [IO.File]::ReadAllBytes((Get-BundlePath $Path))
    [void] $Files.Add([ordered] @{ path = $Path; sha256 = (Get-Sha256 $bytes); bytes = $bytes.Length })
}

function Save-Text([string] $Path, [string] $Text) {
    [IO.File]::WriteAllText((Get-BundlePath $Path), $Text, $Utf8)
    Add-BundleFile $Path
}

function Save-Bytes([string] $Path, [byte[]] $Bytes) {
    [IO.File]::WriteAllBytes((Get-BundlePath $Path), $Bytes)
    Add-BundleFile $Path
}

function Save-Json([string] $Path, $Value) {
    Save-Text $Path (ConvertTo-Json -InputObject $Value -Depth 8)
}

function Get-Value([string] $Key, [string] $Name) {
    # A registry value, or $null where key or value is absent. Access denied is an error, not an absence.
    if (-not (Test-Path -LiteralPath $Key)) { return $null }
    $item = Get-Item -LiteralPath $Key
    return $item.GetValue($Name, $null)
}

function Get-Moment([string] $Key, [string] $Name) {
    # A FILETIME value as ISO 8601.
    $bytes = Get-Value $Key $Name
    if ($null -eq $bytes -or $bytes.Length -ne 8) { return $null }
    return [DateTime]::FromFileTimeUtc([BitConverter]::ToInt64($bytes, 0)).ToString('yyyy-MM-ddTHH:mm:ssZ')
}

function ConvertTo-Hex($Bytes) {
    if ($null -eq $Bytes) { return $null }
    return ([BitConverter]::ToString([byte[]] $Bytes) -replace '-', '').ToLowerInvariant()
}

function Export-Key([string] $Key, [string] $Path, [string] $Provider) {
    # reg.exe writes the raw values, whatever the language of Windows; an absent key gives no file and no error.
    if (-not (Test-Path -LiteralPath ($Provider + ($Key -replace '^[^\\]+', '')))) { return }
    $answer = & (Join-Path $System 'reg.exe') export $Key (Get-BundlePath $Path) /y 2>&1
    if ($LASTEXITCODE -ne 0) { throw "reg export $Key failed: $answer" }
    Add-BundleFile $Path
}

# --- bindings: which certificates matter --------------------------------------------------------------------------
function Get-HttpBinding {
    # http.sys' own records. An SNI record is named by its value HostnamePort, the others by their key.
    $root = 'HKLM:\SYSTEM\CurrentControlSet\Services\HTTP\Parameters'
    foreach ($table in @(@('SslBindingInfo', 'ip'), @('SslSniBindingInfo', 'sni'), @('SslCcsBindingInfo', 'ccs'))) {
        $path = Join-Path $root $table[0]
        if (-not (Test-Path -LiteralPath $path)) { continue }
        foreach ($key in @(Get-ChildItem -LiteralPath $path)) {
            $endpoint = $key.GetValue('HostnamePort', $null)
            if (-not $endpoint) { $endpoint = $key.PSChildName }
            $hostname = $null
            if ($table[1] -eq 'sni') { $hostname = $endpoint -replace ':\d+$', '' }
            $store = $key.GetValue('SslCertStoreName', $null)
            if (-not $store) { $store = 'MY' }
            $application = $key.GetValue('AppId', $null)
            if ($application -is [byte[]] -and $application.Length -eq 16) {
                $application = ([Guid] $application).ToString('B')
            }
            [ordered] @{
                kind = $table[1]; endpoint = [string] $endpoint; hostname = $hostname
                cert_sha1 = (ConvertTo-Hex $key.GetValue('SslCertHash', $null)); store = [string] $store
                app_id = [string] $application; default_flags = $key.GetValue('DefaultFlags', $null); sites = @()
            }
        }
    }
}

function Get-IisConfiguration {
    # The configuration as XML; only names, bindings and identities are ever taken from it.
    $path = Join-Path $System 'inetsrv\config\applicationHost.config'
    if (-not (Test-Path -LiteralPath $path)) { return $null }
    $document = New-Object System.Xml.XmlDocument
    $document.XmlResolver = $null
    $document.LoadXml([IO.File]::ReadAllText($path))
    return $document
}

function Get-Site($Configuration) {
    foreach ($site in @($Configuration.SelectNodes('/configuration/system.applicationHost/sites/site'))) {
        $bindings = @(foreach ($binding in @($site.SelectNodes('bindings/binding'))) {
            $flags = $binding.GetAttribute('sslFlags')
            if (-not $flags) { $flags = 0 }
            [ordered] @{
                protocol = $binding.GetAttribute('protocol'); information = $binding.GetAttribute('bindingInformation')
                ssl_flags = [int] $flags
            }
        })
        [ordered] @{ name = $site.GetAttribute('name'); id = $site.GetAttribute('id'); bindings = $bindings }
    }
}

function Get-Listener($Configuration) {
    # Services beside http.sys that name a certificate of their own: remote desktop, FTP.
    $rdp = 'HKLM:\SYSTEM\CurrentControlSet\Control\Terminal Server\WinStations\RDP-Tcp'
    $thumbprint = ConvertTo-Hex (Get-Value $rdp 'SSLCertificateSHA1Hash')
    if ($thumbprint) {
        $port = Get-Value $rdp 'PortNumber'
        [ordered] @{ service = 'rdp'; endpoint = "0.0.0.0:$port"; cert_sha1 = $thumbprint; store = 'My' }
    }
    if ($null -eq $Configuration) { return }
    foreach ($site in @($Configuration.SelectNodes('/configuration/system.applicationHost/sites/site'))) {
        $ssl = $site.SelectSingleNode('ftpServer/security/ssl')
        if ($null -eq $ssl -or -not $ssl.GetAttribute('serverCertHash')) { continue }
        foreach ($binding in @($site.SelectNodes('bindings/binding[@protocol="ftp"]'))) {
            $information = $binding.GetAttribute('bindingInformation') -replace '^\*', '0.0.0.0'
            $store = $ssl.GetAttribute('serverCertStoreName')
            if (-not $store) { $store = 'My' }
            [ordered] @{
                service = 'ftp ' + $site.GetAttribute('name'); endpoint = $information -replace ':[^:]*$', ''
                cert_sha1 = $ssl.GetAttribute('serverCertHash').ToLowerInvariant(); store = $store
            }
        }
    }
}

function Get-CentralStore {
    # Where the Central Certificate Store lies; its account and passwords are not read.
    $key = 'HKLM:\SOFTWARE\Microsoft\IIS\CentralCertProvider'
    return [ordered] @{ enabled = Get-Value $key 'Enabled'; location = Get-Value $key 'CertStoreLocation' }
}

function Add-SiteName($Bindings, $Sites) {
    # Say which sites use a binding of http.sys: by host name for SNI, by address and port otherwise.
    foreach ($binding in $Bindings) {
        $names = @(foreach ($site in $Sites) {
            foreach ($entry in $site.bindings) {
                if ($entry.protocol -ne 'https') { continue }
                $parts = [regex]::Match($entry.information, '^(?<address>.*):(?<port>\d+):(?<name>[^:]*)$')
                $address = $parts.Groups['address'].Value -replace '^\*$', '0.0.0.0'
                $port = $parts.Groups['port'].Value
                $wanted = $address + ':' + $port
                if ($binding.kind -eq 'sni') { $wanted = $parts.Groups['name'].Value + ':' + $port }
                if ($binding.kind -eq 'ccs' -and $binding.endpoint -match "(^|:)$port$") { $wanted = $binding.endpoint }
                if ($wanted -eq $binding.endpoint) { $site.name }
            }
        })
        $binding.sites = @($names | Select-Object -Unique)
    }
}

# --- stores -------------------------------------------------------------------------------------------------------
$ServerStores = @('MY', 'WEBHOSTING')

function Export-StoreKey([string] $Key, [string] $Path, [string] $Provider, $Bound) {
    # A whole tree of stores; with -OnlyBoundCerts each store by itself, server certificates one by one.
    if (-not $OnlyBoundCerts) { Export-Key $Key "$Path.reg" $Provider; return }
    $root = $Provider + ($Key -replace '^[^\\]+', '')
    if (-not (Test-Path -LiteralPath $root)) { return }
    foreach ($store in @(Get-ChildItem -LiteralPath $root)) {
        $name = $store.PSChildName
        $safe = ($name -replace '[^A-Za-z0-9]', '-').ToLowerInvariant()
        if ($ServerStores -notcontains $name) { Export-Key "$Key\$name" "${Path}_$safe.reg" $Provider; continue }
        foreach ($thumbprint in $Bound) {
            $entry = "$Key\$name\Certificates\" + $thumbprint.ToUpperInvariant()
            Export-Key $entry "${Path}_${safe}_$thumbprint.reg" $Provider
        }
    }
}

function Export-LogicalStore([string] $Location, [string] $Name, $Bound) {
    # The store as Windows shows it; a serialized store holds certificates and properties, never keys.
    $store = New-Object System.Security.Cryptography.X509Certificates.X509Store($Name, $Location)
    $store.Open([Security.Cryptography.X509Certificates.OpenFlags] 'ReadOnly, OpenExistingOnly')
    try {
        $found = $store.Certificates
        if ($OnlyBoundCerts -and $ServerStores -contains $Name) {
            $found = New-Object System.Security.Cryptography.X509Certificates.X509Certificate2Collection
            foreach ($certificate in $store.Certificates) {
                if ($Bound -contains $certificate.Thumbprint.ToLowerInvariant()) { [void] $found.Add($certificate) }
            }
        }
        $type = [Security.Cryptography.X509Certificates.X509ContentType]::SerializedStore
        $content = $found.Export($type)
        if ($null -ne $content) { Save-Bytes "stores/$Location/$Name.sst" $content }
        $source = "stores/$Location/$Name.sst"
        return [ordered] @{ location = $Location; logical = $Name; source = $source; count = $found.Count }
    }
    finally { $store.Close() }
}

# --- what Windows itself makes of it ------------------------------------------------------------------------------
function Find-Certificate([string] $Store, [string] $Thumbprint) {
    $open = New-Object System.Security.Cryptography.X509Certificates.X509Store($Store, 'LocalMachine')
    $open.Open([Security.Cryptography.X509Certificates.OpenFlags] 'ReadOnly, OpenExistingOnly')
    try {
        foreach ($certificate in $open.Certificates) {
            if ($certificate.Thumbprint -eq $Thumbprint) { return $certificate }
        }
        return $null
    }
    finally { $open.Close() }
}

function Save-Chain($Certificate) {
    # The machine's chain engine, no revocation check, no further certificates: as for a handshake.
    $chain = New-Object System.Security.Cryptography.X509Certificates.X509Chain($true)
    $chain.ChainPolicy.RevocationMode = [Security.Cryptography.X509Certificates.X509RevocationMode]::NoCheck
    $built = $chain.Build($Certificate)
    $elements = @(foreach ($element in $chain.ChainElements) {
        $status = 0
        foreach ($entry in $element.ChainElementStatus) { $status = $status -bor [int] $entry.Status }
        [ordered] @{ thumbprint = $element.Certificate.Thumbprint.ToLowerInvariant(); error = $status }
    })
    $thumbprint = $Certificate.Thumbprint.ToLowerInvariant()
    Save-Json "oracle/$thumbprint.json" ([ordered] @{
        thumbprint = $thumbprint; engine = 'machine'; revocation = 'NoCheck'; built = $built
        at = [DateTime]::UtcNow.ToString('yyyy-MM-ddTHH:mm:ssZ'); elements = $elements
    })
}

function Save-ServedChain($Binding) {
    # One TLS 1.2 handshake from this machine with itself; .NET keeps what was sent in the chain's extra store.
    $parts = [regex]::Match($Binding.endpoint, '^(?<address>.*):(?<port>\d+)$')
    $address = $parts.Groups['address'].Value.Trim('[', ']')
    $port = [int] $parts.Groups['port'].Value
    $name = ''
    if ($Binding.hostname) { $name = $Binding.hostname; $address = '127.0.0.1' }
    if ($address -eq '0.0.0.0' -or $address -eq '') { $address = '127.0.0.1' }
    if ($address -eq '::') { $address = '::1' }
    $script:sent = New-Object System.Collections.ArrayList
    $take = [Net.Security.RemoteCertificateValidationCallback] {
        param($origin, $leaf, $chain, $problems)
        [void] $script:sent.Add($leaf.GetRawCertData())
        foreach ($other in $chain.ChainPolicy.ExtraStore) { [void] $script:sent.Add($other.RawData) }
        return $true
    }
    $client = New-Object System.Net.Sockets.TcpClient
    try {
        $waiting = $client.BeginConnect($address, $port, $null, $null)
        if (-not $waiting.AsyncWaitHandle.WaitOne(5000)) { throw "no answer from ${address}:$port" }
        $client.EndConnect($waiting)
        $stream = New-Object System.Net.Security.SslStream($client.GetStream(), $false, $take)
        $stream.ReadTimeout = 10000
        $target = $name
        if (-not $target) { $target = $address }
        $stream.AuthenticateAsClient($target, $null, [Security.Authentication.SslProtocols]::Tls12, $false)
        $kind = 'any'
        if ($stream.RemoteCertificate.GetKeyAlgorithm() -eq '1.2.840.113549.1.1.1') { $kind = 'rsa' }
        if ($stream.RemoteCertificate.GetKeyAlgorithm() -eq '1.2.840.10045.2.1') { $kind = 'ecdsa' }
    }
    finally { $client.Close() }
    $seen = @{}
    $text = @(foreach ($der in $script:sent) {
        $print = Get-Sha256 $der
        if ($seen.ContainsKey($print)) { continue }
        $seen[$print] = $true
        $body = [Convert]::ToBase64String($der, [Base64FormattingOptions]::InsertLineBreaks)
        "-----BEGIN CERTIFICATE-----`r`n$body`r`n-----END CERTIFICATE-----`r`n"
    })
    $site = 'http.sys'
    if (@($Binding.sites).Count) { $site = @($Binding.sites)[0] -replace '[^A-Za-z0-9.-]', '-' }
    $file = '{0}_{1}_{2}_{3}.pem' -f ($address -replace ':', '-'), $port, $name, $kind
    Save-Text "served/$site/$file" (-join $text)
}

# --- settings -----------------------------------------------------------------------------------------------------
function Get-HostFact {
    $current = 'HKLM:\SOFTWARE\Microsoft\Windows NT\CurrentVersion'
    $windows = Get-CimInstance -ClassName Win32_OperatingSystem
    $computer = Get-CimInstance -ClassName Win32_ComputerSystem
    $facts = [ordered] @{
        os_caption = $windows.Caption; version = $windows.Version; ubr = Get-Value $current 'UBR'
        edition = Get-Value $current 'EditionID'; installation_type = Get-Value $current 'InstallationType'
        arch = $env:PROCESSOR_ARCHITECTURE; domain_joined = [bool] $computer.PartOfDomain
        time_zone = [TimeZoneInfo]::Local.Id; clock = [DateTime]::UtcNow.ToString('yyyy-MM-ddTHH:mm:ssZ')
        crypt32 = Get-FileVersion 'crypt32.dll'; schannel = Get-FileVersion 'schannel.dll'
        fips = Get-Value 'HKLM:\SYSTEM\CurrentControlSet\Control\Lsa\FipsAlgorithmPolicy' 'Enabled'
    }
    if (-not $RedactHost) { $facts.computer_name = $env:COMPUTERNAME }
    return $facts
}

function Get-FileVersion([string] $Name) {
    $file = [Diagnostics.FileVersionInfo]::GetVersionInfo((Join-Path $System $Name))
    return '{0}.{1}.{2}.{3}' -f $file.FileMajorPart, $file.FileMinorPart, $file.FileBuildPart, $file.FilePrivatePart
}

function Get-RootUpdate {
    $policy = 'HKLM:\SOFTWARE\Policies\Microsoft\SystemCertificates\AuthRoot'
    $update = 'HKLM:\SOFTWARE\Microsoft\SystemCertificates\AuthRoot\AutoUpdate'
    $lists = @{}
    foreach ($name in @('EncodedCtl', 'DisallowedCertEncodedCtl')) {
        $content = Get-Value $update $name
        $lists[$name] = $null
        if ($null -ne $content) { $lists[$name] = Get-Sha256 ([byte[]] $content) }
    }
    $windows = 'HKLM:\SOFTWARE\Policies\Microsoft\Windows\WindowsUpdate'
    $internet = 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings\Connections'
    $proxy = Get-Value $internet 'WinHttpSettings'
    $route = 'direct'
    if ($null -ne $proxy -and $proxy.Length -gt 8 -and ($proxy[8] -band 2)) { $route = 'proxy' }
    return [ordered] @{
        DisableRootAutoUpdate = Get-Value $policy 'DisableRootAutoUpdate'
        EnableDisallowedCertAutoUpdate = Get-Value $policy 'EnableDisallowedCertAutoUpdate'
        DisablePinRulesAutoUpdate = Get-Value $policy 'DisablePinRulesAutoUpdate'
        RootDirUrl = Get-Value $update 'RootDirUrl'; SyncFromDirUrl = Get-Value $update 'SyncFromDirUrl'
        LastSyncTime = Get-Moment $update 'LastSyncTime'
        DisallowedCertLastSyncTime = Get-Moment $update 'DisallowedCertLastSyncTime'
        authroot_ctl_sha256 = $lists['EncodedCtl']; disallowed_ctl_sha256 = $lists['DisallowedCertEncodedCtl']
        turn_off_windows_update_policy = Get-Value $windows 'DisableWindowsUpdateAccess'
        winhttp_proxy = $route
    }
}

function Get-ChainPolicy {
    $root = 'HKLM:\SOFTWARE\Policies\Microsoft\SystemCertificates'
    return [ordered] @{
        Options = Get-Value "$root\ChainEngine\Config" 'Options'
        DisableAIAUrlRetrieval = Get-Value "$root\ChainEngine\Config" 'DisableAIAUrlRetrieval'
        'ProtectedRoots.Flags' = Get-Value "$root\Root\ProtectedRoots" 'Flags'
    }
}

function Get-Schannel {
    $root = 'HKLM:\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL'
    $protocols = [ordered] @{}
    foreach ($protocol in @('SSL 2.0', 'SSL 3.0', 'TLS 1.0', 'TLS 1.1', 'TLS 1.2', 'TLS 1.3')) {
        $key = "$root\Protocols\$protocol\Server"
        $protocols["$protocol/Server"] = [ordered] @{
            Enabled = Get-Value $key 'Enabled'; DisabledByDefault = Get-Value $key 'DisabledByDefault'
        }
    }
    $suites = Get-Value 'HKLM:\SOFTWARE\Policies\Microsoft\Cryptography\Configuration\SSL\00010002' 'Functions'
    $local = 'HKLM:\SYSTEM\CurrentControlSet\Control\Cryptography\Configuration\Local\SSL\00010002'
    if ($null -eq $suites) { $suites = Get-Value $local 'Functions' }
    return [ordered] @{
        protocols = $protocols; SendTrustedIssuerList = Get-Value $root 'SendTrustedIssuerList'
        cipher_suites = @($suites | Where-Object { $_ } | ForEach-Object { $_ -split ',' })
        curves = @(Get-Value $local 'EccCurves' | Where-Object { $_ })
    }
}

function Get-ServiceFact($Configuration) {
    $identities = @()
    if ($null -ne $Configuration) {
        $pools = '/configuration/system.applicationHost/applicationPools/add/processModel/@identityType'
        $identities = @($Configuration.SelectNodes($pools) | ForEach-Object { $_.Value } | Select-Object -Unique)
    }
    $version = Get-Value 'HKLM:\SOFTWARE\Microsoft\InetStp' 'VersionString'
    return [ordered] @{ IIS = $version; w3wp_identity = $identities }
}

# --- the collection: raw stores first, so that nothing done later can show in them ---------------------------------
$manifest = [ordered] @{
    schema = $Schema
    tool = [ordered] @{ name = 'Collect-ChainlabEvidence.ps1'; version = $ToolVersion; sha256 = $null }
    collected_at = [DateTime]::UtcNow.ToString('yyyy-MM-ddTHH:mm:ssZ')
    elevated = [bool] $Elevated
    redacted = @()
}
if ($RedactHost) { $manifest.redacted += 'computer_name' }
if ($OnlyBoundCerts) { $manifest.redacted += 'unbound server certificates' }
[void] (New-Item -ItemType Directory -Path $Folder)

$script:configuration = $null
$script:bindings = @()
$script:sites = @()
Invoke-Step 'http.sys bindings' { $script:bindings = @(Get-HttpBinding) }
Invoke-Step 'IIS configuration' {
    $script:configuration = Get-IisConfiguration
    if ($null -ne $script:configuration) { $script:sites = @(Get-Site $script:configuration) }
}
$script:listeners = @()
Invoke-Step 'other services' { $script:listeners = @(Get-Listener $script:configuration) }
Invoke-Step 'sites of bindings' { Add-SiteName $script:bindings $script:sites }
$users = @($script:bindings) + @($script:listeners)
$bound = @($users | ForEach-Object { $_.cert_sha1 } | Where-Object { $_ } | Select-Object -Unique)

$machine = 'HKLM:'
$software = 'HKEY_LOCAL_MACHINE\SOFTWARE'
$control = 'HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet'
$own = 'HKEY_CURRENT_USER\Software'
$trees = @(
    @("$software\Microsoft\SystemCertificates", 'reg/lm_systemcertificates', $machine),
    @("$software\Policies\Microsoft\SystemCertificates", 'reg/lm_policies_systemcertificates', $machine),
    @("$software\Microsoft\EnterpriseCertificates", 'reg/lm_enterprisecertificates', $machine),
    @('HKEY_USERS\S-1-5-18\Software\Microsoft\SystemCertificates', 'reg/system_systemcertificates',
        'Registry::HKEY_USERS')
)
if ($IncludeCurrentUser) {
    $trees += , @("$own\Microsoft\SystemCertificates", 'reg/cu_systemcertificates', 'HKCU:')
    $trees += , @("$own\Policies\Microsoft\SystemCertificates", 'reg/cu_policies_systemcertificates', 'HKCU:')
}
foreach ($tree in $trees) {
    Invoke-Step ('registry ' + $tree[0]) { Export-StoreKey $tree[0] $tree[1] $tree[2] $bound }
}
$engine = 'Microsoft\Cryptography\OID\EncodingType 0\CertDllCreateCertificateChainEngine\Config'
$settings = @(
    @("$control\Services\HTTP\Parameters", 'reg/http_parameters.reg'),
    @("$control\Control\SecurityProviders\SCHANNEL", 'reg/schannel.reg'),
    @("$software\Policies\Microsoft\Cryptography\Configuration\SSL", 'reg/ssl_policy.reg'),
    @("$control\Control\Cryptography\Configuration\Local\SSL\00010002", 'reg/ssl_local.reg'),
    @("$software\$engine", 'reg/chain_engine.reg')
)
foreach ($setting in $settings) {
    Invoke-Step ('registry ' + $setting[0]) { Export-Key $setting[0] $setting[1] $machine }
}

$locations = @('LocalMachine')
if ($IncludeCurrentUser) { $locations += 'CurrentUser' }
$script:stores = New-Object System.Collections.ArrayList
foreach ($location in $locations) {
    foreach ($name in @('Root', 'CA', 'My', 'Disallowed', 'Trust', 'TrustedPeople', 'WebHosting')) {
        if ($name -eq 'WebHosting' -and -not (Test-Path -LiteralPath "Cert:\$location\WebHosting")) { continue }
        Invoke-Step "store $location/$name" { [void] $script:stores.Add((Export-LogicalStore $location $name $bound)) }
    }
}

Invoke-Step 'iis/sites.json' {
    Save-Json 'iis/sites.json' ([ordered] @{
        schema = $Schema; sites = @($script:sites); ccs = Get-CentralStore; listeners = @($script:listeners)
    })
}
Invoke-Step 'netsh http show sslcert' {
    Save-Text 'text/netsh_sslcert.txt' (& (Join-Path $System 'netsh.exe') http show sslcert | Out-String -Width 300)
}
if ($VerifyStore) {
    Invoke-Step 'certutil -v -verifystore My' {
        $wanted = @($null)
        if ($OnlyBoundCerts) { $wanted = $bound }
        $answer = foreach ($thumbprint in $wanted) {
            $one = @($thumbprint | Where-Object { $_ })
            & (Join-Path $System 'certutil.exe') -v -verifystore My $one
        }
        Save-Text 'text/verifystore_my.txt' ($answer | Out-String -Width 300)
    }
}
Invoke-Step 'host' { $manifest.host = Get-HostFact }
Invoke-Step 'hotfixes' { $manifest.host.hotfixes = @(Get-HotFix | Select-Object -ExpandProperty HotFixID) }
Invoke-Step 'root update' { $manifest.root_update = Get-RootUpdate }
Invoke-Step 'chain policy' { $manifest.chain_policy = Get-ChainPolicy }
Invoke-Step 'SCHANNEL' { $manifest.schannel = Get-Schannel }
Invoke-Step 'services' { $manifest.services = Get-ServiceFact $script:configuration }

if ($Oracle) {
    $known = @{}
    foreach ($binding in @($script:bindings) + @($script:listeners)) {
        if (-not $binding.cert_sha1 -or $known.ContainsKey($binding.cert_sha1)) { continue }
        $known[$binding.cert_sha1] = $true
        Invoke-Step ('chain of ' + $binding.cert_sha1) {
            $certificate = Find-Certificate $binding.store $binding.cert_sha1
            if ($null -eq $certificate) { throw "not in LocalMachine/$($binding.store)" }
            Save-Chain $certificate
        }
    }
}
if ($Served) {
    foreach ($binding in $script:bindings) {
        Invoke-Step ('handshake with ' + $binding.endpoint) { Save-ServedChain $binding }
    }
}

# --- manifest and archive -----------------------------------------------------------------------------------------
Invoke-Step 'the script itself' {
    if ($PSCommandPath) { $manifest.tool.sha256 = Get-Sha256 ([IO.File]::ReadAllBytes($PSCommandPath)) }
}
$manifest.stores = @($script:stores)
$manifest.bindings = @($script:bindings)
$manifest.hosts = @($script:bindings | ForEach-Object { $_.hostname } | Where-Object { $_ } | Select-Object -Unique)
$manifest.files = @($Files)
$manifest.errors = @($Failures)
[IO.File]::WriteAllText((Get-BundlePath 'manifest.json'), (ConvertTo-Json -InputObject $manifest -Depth 8), $Utf8)

Add-Type -AssemblyName System.IO.Compression.FileSystem
[IO.Compression.ZipFile]::CreateFromDirectory($Folder, $OutFile)
Remove-Item -LiteralPath $Folder -Recurse -Force
Write-Output $OutFile
