"""The collector script: it parses, calls only what it may, reads only, and never touches private keys."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from chainlab.evidence.collector import script, version

tree_sitter = pytest.importorskip("tree_sitter")
tree_sitter_powershell = pytest.importorskip("tree_sitter_powershell")

SOURCE = script().encode()

READING = {
    "Get-ChildItem", "Get-CimInstance", "Get-HotFix", "Get-Item", "Test-Path", "Join-Path", "Split-Path",
    "ConvertTo-Json", "ForEach-Object", "Select-Object", "Where-Object", "New-Object", "Out-String", "Set-StrictMode",
    "Write-Output", "Write-Verbose", "Add-Type",
}  # fmt: skip
"""Built-in commands that change nothing. New-Object and Add-Type are checked by what they make and load."""

WRITING = {"New-Item", "Remove-Item"}
"""Built-in commands that write; every use is checked."""

PROGRAMS = {
    "(Join-Path $System 'reg.exe')": ["export"],
    "(Join-Path $System 'netsh.exe')": ["http", "show", "sslcert"],
    "(Join-Path $System 'certutil.exe')": ["-v", "-verifystore", "My"],
    r"(Join-Path $env:windir 'SysNative\WindowsPowerShell\v1.0\powershell.exe')": ["$again"],
}
"""Programs that are started, and the arguments that every start begins with."""

OBJECTS = {
    "Security.Principal.WindowsPrincipal($identity)", "System.Collections.ArrayList", "System.Net.Sockets.TcpClient",
    "System.Net.Security.SslStream($client.GetStream(), $false, $take)", "System.Text.UTF8Encoding($false)",
    "System.Security.Cryptography.SHA256CryptoServiceProvider", "System.Xml.XmlDocument",
    "System.Security.Cryptography.X509Certificates.X509Certificate2Collection",
    "System.Security.Cryptography.X509Certificates.X509Chain($true)",
    "System.Security.Cryptography.X509Certificates.X509Store($Name, $Location)",
    "System.Security.Cryptography.X509Certificates.X509Store($Store, 'LocalMachine')",
}  # fmt: skip

STATIC = {
    "[IO.File]::ReadAllBytes", "[IO.File]::ReadAllText", "[IO.File]::WriteAllText", "[IO.File]::WriteAllBytes",
    "[IO.Compression.ZipFile]::CreateFromDirectory", "[BitConverter]::ToString", "[BitConverter]::ToInt64",
    "[Convert]::ToBase64String", "[DateTime]::FromFileTimeUtc", "[regex]::Match",
    "[Diagnostics.FileVersionInfo]::GetVersionInfo", "[Security.Principal.WindowsIdentity]::GetCurrent",
}  # fmt: skip
"""Static methods; properties and enumeration members are harmless."""

METHODS = {
    "Add", "AuthenticateAsClient", "BeginConnect", "Build", "Close", "ComputeHash", "ContainsKey", "Dispose",
    "EndConnect", "Export", "GetAttribute", "GetKeyAlgorithm", "GetRawCertData", "GetStream",
    "GetUnresolvedProviderPathFromPSPath", "GetValue", "IsInRole", "LoadXml", "Open", "Replace", "SelectNodes",
    "SelectSingleNode", "ToLowerInvariant", "ToString", "ToUpperInvariant", "Trim", "WaitOne",
}  # fmt: skip


def nodes() -> Iterator[tuple[str, str, Any]]:
    """Every node of the syntax tree: kind, text, node."""
    parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_powershell.language()))
    waiting = [parser.parse(SOURCE).root_node]
    while waiting:
        node = waiting.pop()
        yield node.type, SOURCE[node.start_byte : node.end_byte].decode(), node
        waiting.extend(node.children)


NODES = list(nodes())


def commands() -> Iterator[tuple[str, str]]:
    """(name, whole text) of every command."""
    for kind, text, node in NODES:
        if kind == "command":
            names = [child for child in node.children if child.type in ("command_name", "command_name_expr")]
            yield SOURCE[names[0].start_byte : names[0].end_byte].decode(), text


def own_functions() -> set[str]:
    return {text for kind, text, _ in NODES if kind == "function_name"}


def test_the_grammar_accepts_every_character() -> None:
    broken = [(kind, text[:80]) for kind, text, node in NODES if kind == "ERROR" or node.is_missing]
    assert broken == []
    assert len(NODES) > 5000


def test_it_is_plain_ascii_and_names_its_version() -> None:
    assert SOURCE.isascii()
    assert b"\t" not in SOURCE
    assert re.fullmatch(r"\d+\.\d+", version())
    assert max(len(line) for line in SOURCE.splitlines()) <= 120


def test_only_allowed_commands_are_called() -> None:
    called = {name for name, _ in commands()}
    assert called - READING - WRITING - own_functions() - set(PROGRAMS) == {"$StepAction"}


def test_every_function_is_used_and_every_used_one_is_defined() -> None:
    called = {name for name, _ in commands()}
    assert own_functions() == {name for name in called if name in own_functions()}


def test_programs_are_started_for_reading_only() -> None:
    for name, text in commands():
        if name in PROGRAMS:
            arguments = text.split(name, 1)[1].split()
            wanted = PROGRAMS[name]
            assert arguments[: len(wanted)] == wanted, text


def test_objects_and_static_methods_are_the_known_ones() -> None:
    made = {text.removeprefix("New-Object ").strip() for name, text in commands() if name == "New-Object"}
    assert made == OBJECTS
    loaded = {text for name, text in commands() if name == "Add-Type"}
    assert loaded == {"Add-Type -AssemblyName System.IO.Compression.FileSystem"}  # loads, compiles nothing
    static = set(re.findall(r"\[[A-Za-z.]+\]::\w+(?=\()", script()))
    assert static == STATIC


def test_methods_are_the_known_ones() -> None:
    code = re.sub(r"New-Object [\w.]+", "", "\n".join(code_lines()))
    assert set(re.findall(r"(?<=\.)([A-Za-z]+)\(", code)) == METHODS


def code_lines() -> list[str]:
    """The script without its help and comments."""
    body = re.sub(r"<#.*?#>", "", script(), flags=re.DOTALL)
    return [line for line in body.splitlines() if not line.strip().startswith("#")]


def test_nothing_is_written_outside_the_output_folder_and_file() -> None:
    writes = [text for name, text in commands() if name in WRITING]
    assert sorted(writes) == [
        "New-Item -ItemType Directory -Force -Path (Split-Path -Parent $full)",
        "New-Item -ItemType Directory -Path $Folder",
        "Remove-Item -LiteralPath $Folder -Recurse -Force",
    ]
    code = "\n".join(code_lines())
    for call in re.findall(r"\[IO\.File\]::Write\w+\(([^,]+),", code):
        assert call.startswith("(Get-BundlePath "), call
    assert re.findall(r"CreateFromDirectory\(.*", code) == ["CreateFromDirectory($Folder, $OutFile)"]
    assert "export $Key (Get-BundlePath $Path) /y" in code
    redirections = [text for kind, text, _ in NODES if kind == "redirection"]
    assert all(text.strip() == "2>&1" for text in redirections)
    assert "$full = Join-Path $Folder" in code


def test_private_keys_are_never_exported_or_touched() -> None:
    code = "\n".join(code_lines()).lower()
    for word in ("pfx", "pkcs12", "privatekey", "exportparameters", "export-pfx", "hasprivatekey", "rsacng",
                 "invoke-expression", "iex ", "machinekeys", "crypto\\rsa", "crypto\\keys"):  # fmt: skip
        assert word not in code, word
    assert re.findall(r"X509ContentType\]::(\w+)", script()) == ["SerializedStore"]
    assert "'password'" not in code
    assert "username" not in code


def test_the_registry_is_only_opened_for_reading() -> None:
    code = "\n".join(code_lines())
    assert not re.search(r"Set-Item|New-ItemProperty|SetValue|OpenSubKey|CreateSubKey|reg\.exe'\) (?!export)", code)
    assert set(re.findall(r"OpenFlags\] '([^']+)'", code)) == {"ReadOnly, OpenExistingOnly"}


def test_the_network_is_used_only_when_asked_for() -> None:
    """Each of the three ways to the network stands below its own switch."""
    guarded = {"Save-Chain $certificate": "if ($Oracle) {", "Save-ServedChain $binding": "if ($Served) {",
               "'certutil.exe') -v -verifystore": "if ($VerifyStore) {"}  # fmt: skip
    lines = code_lines()
    for call, guard in guarded.items():
        uses = [number for number, line in enumerate(lines) if call in line]
        assert len(uses) == 1
        depth = 0
        for line in reversed(lines[: uses[0]]):
            depth += line.count("}") - line.count("{")
            if line.startswith("if (") and depth < 0:
                assert line == guard
                break
        else:
            raise AssertionError(f"{call} is not guarded")


def test_blocks_see_no_parameter_of_the_step_around_them() -> None:
    """PowerShell's scopes are dynamic: a block run by Invoke-Step sees Invoke-Step's own variables first."""
    block_variables = set()
    for kind, text, _ in NODES:
        if kind == "command" and text.startswith("Invoke-Step"):
            block_variables |= set(re.findall(r"\$(\w+)", text))
    assert not {name.lower() for name in block_variables} & {"stepname", "stepaction"}
