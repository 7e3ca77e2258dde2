function Get-EntryKey($Operation) {
    # An entry's own registry key: one physical store, without what policy and updates show in the same place.
    $base = 'HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\SystemCertificates\'
    if ($Operation.Location -eq 'System') { $base = 'HKEY_USERS\S-1-5-18\Software\Microsoft\SystemCertificates\' }
    $base + $Operation.Store + '\Certificates\' + $Operation.Thumbprint
}

function Get-EntryPath($Operation) { 'Registry::' + (Get-EntryKey $Operation) }

function Test-Entry($Operation) { Test-Path -LiteralPath (Get-EntryPath $Operation) }

function Get-EntrySha256($Operation) {
    # Of the whole entry: the certificate and its properties.
    Get-Sha256 (Get-ItemProperty -LiteralPath (Get-EntryPath $Operation) -Name 'Blob').Blob
}
