"""The scripts of a package: real parsers read them, and no name gets out of its literal."""

from __future__ import annotations

import shutil
import subprocess
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chainlab.catalog.twins import load_twins
from chainlab.certificate import Certificate, Name
from chainlab.changes import DeleteCertificate, ImportCertificate, MoveToUntrusted
from chainlab.plan.operations import operations
from chainlab.planning import Planned, plan
from chainlab.report.plan_package import package
from chainlab.report.plan_scripts import endpoints, scripts
from chainlab.request import Request
from chainlab.server import LM_CA, SYSTEM_CA, Binding
from tests.pki import Pki, at

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
POWERSHELL = ("apply.ps1", "rollback.ps1", "verify.ps1")
HOSTILE = (
    "'; Remove-Item C:\\ -Recurse; '", "\u2019; calc; \u2018", "$(calc)", "`'; calc", '"; calc; "', "@@SITES@@",
    "#> calc <#", "'@\ncalc\n@'", "\r\ncalc", "';`whoami`;'", "'$(reboot)'", "--", "-n", "\x00", "\u202egnp.exe",
    "%PATH%",     "' || reboot || '", "\\'", "${IFS}",
)  # fmt: skip


@cache
def planned(name: str = "r46/leaf-and-issuer.pfx", number: int = 0) -> Planned:
    twins = load_twins(FIXTURES / "lab.json")
    return plan(Request(((FIXTURES / name, None),), at("2026-11-20"), twins=twins), number)


def hostile(text: str) -> Planned:
    """The plan with every name, address and endpoint replaced by ``text``."""
    original = planned()
    assert original.chosen is not None

    def renamed(certificate: Certificate) -> Certificate:
        return replace(certificate, subject=Name("CN=" + text), issuer=Name("CN=" + text), published_at=(text,))

    changes = tuple(replace(c, certificate=renamed(c.certificate)) for c in original.chosen.changes)  # type: ignore[type-var, arg-type]
    site = original.sites[0]
    leaf = replace(site.target.leaf, certificate=renamed(site.leaf))
    binding = Binding(f"{text}:443", "0" * 40, host=text, owner=text)
    sites = (replace(site, target=replace(site.target, leaf=leaf, host=text), bindings=(binding,)),)
    return replace(original, chosen=replace(original.chosen, changes=changes), sites=sites)


PLAIN = str.maketrans({**dict.fromkeys("\u2018\u2019\u201a\u201b", "'"), **dict.fromkeys("\u201c\u201d\u201e", '"'),
                       **dict.fromkeys("\u2013\u2014\u2015", "-")})  # fmt: skip
"""PowerShell's tokenizer takes typographic quotes and dashes for plain ones; the grammar of the parser does not."""


def nodes(source: bytes) -> Iterator[tuple[str, Any]]:
    tree_sitter = pytest.importorskip("tree_sitter")
    grammar = pytest.importorskip("tree_sitter_powershell")
    parser = tree_sitter.Parser(tree_sitter.Language(grammar.language()))
    waiting = [parser.parse(source.decode("utf-8-sig").translate(PLAIN).encode()).root_node]
    while waiting:
        node = waiting.pop()
        yield node.type, node
        waiting.extend(reversed(node.children))


def shape(source: bytes) -> list[str]:
    """The kinds of all nodes in order: what a script does, whatever its literals say."""
    return [kind for kind, _ in nodes(source)]


@pytest.mark.parametrize("number", [0, 1])
@pytest.mark.parametrize("name", POWERSHELL)
def test_a_powershell_parser_reads_them_whole(name: str, number: int) -> None:
    source = scripts(planned(number=number))[name]
    assert source.startswith(b"\xef\xbb\xbf")
    broken = [node for kind, node in nodes(source) if kind == "ERROR" or node.is_missing]
    assert not broken


@pytest.mark.parametrize("text", HOSTILE)
def test_known_tricks_stay_in_their_literals(text: str) -> None:
    benign, attacked = scripts(hostile("name")), scripts(hostile(text))
    for name in POWERSHELL:
        assert shape(attacked[name]) == shape(benign[name])


@settings(max_examples=60)
@given(st.text(st.characters() | st.sampled_from("'\u2018\u2019\u201a\u201b\"`$();#@{}\\\r\n&|<>%"), max_size=30))
def test_no_name_changes_what_a_script_does(text: str) -> None:
    benign, attacked = scripts(hostile("name")), scripts(hostile(text))
    assert shape(attacked["verify.ps1"]) == shape(benign["verify.ps1"])
    assert shape(attacked["apply.ps1"]) == shape(benign["apply.ps1"])


@settings(max_examples=40)
@given(st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("'\"`$();#\\\r\n&|<> -"), max_size=30))
def test_the_shell_takes_every_name_for_a_word(text: str) -> None:
    """Run by a real shell, with the check replaced by one that prints its words."""
    shell = shutil.which("sh")
    if shell is None:
        pytest.skip("no sh on this machine")
    source = scripts(hostile(text))["verify.sh"].decode()
    call = source[source.rindex("\ncheck ") :]
    done = subprocess.run(
        [shell, "-c", "check() { for word in \"$@\"; do printf '<%s>\\n' \"$word\"; done; }\nworst=0\n" + call],
        capture_output=True, timeout=20, check=False,
    )  # fmt: skip
    assert done.returncode == 0
    assert done.stderr == b""
    assert len(done.stdout.decode().splitlines()) == 4


def test_only_literals_differ_between_plans() -> None:
    """Nothing but the tables depends on the plan: the rest is the shipped program."""
    one, other = (scripts(planned(name))["rollback.ps1"].decode() for name in ("r46/server.reg", "e46/server.reg"))
    differing = [(a, b) for a, b in zip(one.splitlines(), other.splitlines(), strict=True) if a != b]
    assert all(a.startswith("$Plan = '") for a, _ in differing)


def test_the_task_is_well_formed_and_runs_the_check() -> None:
    data = scripts(planned())["verify-task.xml"]
    assert data.startswith(b"\xff\xfe")
    root = ET.fromstring(data.decode("utf-16"))
    space = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"
    assert root.tag == f"{space}Task"
    arguments = root.find(f".//{space}Arguments")
    assert arguments is not None
    assert '-File "C:\\Program Files\\chainlab\\plan\\verify.ps1"' in (arguments.text or "")
    assert "ProgramData" not in data.decode("utf-16"), "every user may write there, and the task runs as SYSTEM"
    assert root.find(f".//{space}EventTrigger") is not None


def test_a_package_is_the_same_every_time() -> None:
    twins = load_twins(FIXTURES / "lab.json")
    again = plan(Request(((FIXTURES / "r46/leaf-and-issuer.pfx", None),), at("2026-11-20"), twins=twins))
    assert package(again) == package(planned())


def test_a_package_holds_what_it_imports() -> None:
    files = package(planned())
    chosen = planned().chosen
    assert chosen is not None
    encodings = [data for name, data in files.items() if name.startswith("certificates/")]
    assert planned().sites[0].leaf.der in encodings
    assert all(change.certificate is not None and change.certificate.der in encodings for change in chosen.changes)
    assert b"PRIVATE KEY" not in b"".join(files.values())


def test_a_certificate_that_is_not_at_hand_is_to_be_fetched() -> None:
    original = planned()
    assert original.chosen is not None
    first, *rest = original.chosen.changes
    assert isinstance(first, ImportCertificate)
    catalogued = replace(first.certificate, der=None, published_at=("http://ca.example/r46.crt",))
    changes = (replace(first, certificate=catalogued), *rest)
    files = package(replace(original, chosen=replace(original.chosen, changes=changes)))
    assert len([name for name in files if name.startswith("certificates/")]) == 2
    runbook = files["RUNBOOK.md"].decode()
    assert "## To fetch first" in runbook
    assert "`http://ca.example/r46.crt`" in runbook
    assert catalogued.sha256 in runbook
    assert b"Url = 'http://ca.example/r46.crt'" in files["apply.ps1"]


def test_operations_of_each_change(pki: Pki) -> None:
    one = pki.ca("R")
    found = operations([ImportCertificate(one), MoveToUntrusted(one), DeleteCertificate(one, SYSTEM_CA)])
    assert [(o.step, o.adds, o.store.location, o.system_store, o.decisive) for o in found] == [
        (1, True, "LocalMachine", "CA", True),
        (2, True, "LocalMachine", "Disallowed", True),
        (2, False, "LocalMachine", "AuthRoot", False),
        (2, False, "LocalMachine", "Root", False),
        (3, False, "System", "CA", True),
    ]
    assert all(o.decisive for o in operations([DeleteCertificate(one)]))
    assert found[0].store == LM_CA


@pytest.mark.parametrize(
    ("binding", "name", "on_server", "elsewhere"),
    [
        (None, "www.chainlab.example", "www.chainlab.example:443", "www.chainlab.example:443"),
        (Binding("0.0.0.0:8443", ""), "www.chainlab.example", "localhost:8443", "www.chainlab.example:8443"),
        (Binding("[::]:443", ""), "www.chainlab.example", "localhost:443", "www.chainlab.example:443"),
        (Binding("10.1.2.3:443", ""), "www.chainlab.example", "10.1.2.3:443", "10.1.2.3:443"),
        (Binding("a.example:443", "", host="a.example", kind="sni"), "a.example", "a.example:443", "a.example:443"),
        (Binding("*:443", "", host="a.example"), "a.example", "localhost:443", "a.example:443"),
    ],
)
def test_where_a_check_connects(binding: Binding | None, name: str, on_server: str, elsewhere: str) -> None:
    """A binding to all addresses is localhost on the server only."""
    site = replace(planned().sites[0], bindings=(binding,) if binding else ())
    assert endpoints(site) == ((on_server, name),)
    assert endpoints(site, on_server=False) == ((elsewhere, name),)


def test_no_name_and_all_addresses_leaves_the_endpoint_to_whoever_runs_the_check() -> None:
    original = planned().sites[0]
    leaf = replace(original.target.leaf, certificate=Pki("nameless").leaf("R", "*.example.test"))
    site = replace(original, target=replace(original.target, leaf=leaf), bindings=(Binding("0.0.0.0:443", ""),))
    assert endpoints(site) == (("localhost:443", ""),)
    assert endpoints(site, on_server=False) == (("", ""),)


def test_every_binding_of_a_site_is_checked() -> None:
    """Each binding has a credential of its own, made at another time, so one of them may serve the old chain."""
    bindings = (Binding("0.0.0.0:443", ""), Binding("0.0.0.0:8443", ""), Binding("[::]:443", ""))
    original = planned()
    site = replace(original.sites[0], bindings=bindings)
    made = scripts(replace(original, sites=(site,)))
    for name, host in (("verify.ps1", "localhost"), ("verify.sh", "www.chainlab.example")):
        checked = [line for line in made[name].decode().splitlines() if f"'{host}:" in line]
        assert [(f"'{host}:443'" in line, f"'{host}:8443'" in line) for line in checked] == [
            (True, False),
            (False, True),
        ]
    runbook = package(replace(original, sites=(site,)))["RUNBOOK.md"].decode()
    assert "(`localhost:443`, `localhost:8443`) should send" in runbook


def functions(name: str) -> dict[str, str]:
    """The functions of a script by name, as a real parser delimits them; the rest is under the empty name."""
    source = scripts(planned())[name]
    found: dict[str, str] = {}
    rest = source.decode("utf-8-sig")
    for kind, node in nodes(source):
        if kind == "function_statement":
            text = node.text.decode()
            found[text.split()[1].split("(")[0]] = text
            rest = rest.replace(text, "")
    return found | {"": rest}


def test_the_backup_directory_is_made_at_the_first_change_and_never_shared() -> None:
    """A second apply that finds everything in place leaves no newer directory that hides the first record."""
    parts = functions("apply.ps1")
    assert "New-Item -ItemType Directory" not in parts[""]
    assert "New-Item -ItemType Directory -Path $BackupDirectory" in parts["Start-Record"]
    assert "'done.json', 'taken-back.json'" in parts["Start-Record"]
    loop = parts[""].replace("\r", "").partition("foreach ($operation in $Operations) {\n    $place")[2]
    steps = ("in place already", "ShouldProcess", "Start-Record", "Backup-Entry", "Save-Record", "Add-ToStore")
    places = [loop.index(step) for step in steps]
    assert places == sorted(places)


def test_the_rollback_goes_through_every_record_newest_first_and_marks_it() -> None:
    parts = functions("rollback.ps1")
    assert "-First 1" not in parts[""]
    assert "Sort-Object -Property Name -Descending" in parts[""]
    assert "foreach ($directory in $waiting) { Undo-Run $directory }" in parts[""]
    marked = parts["Undo-Run"].replace("\r", "").splitlines()[-2]
    assert "$left -eq 0" in marked
    assert "Move-Item -LiteralPath $file" in marked
    assert "'taken-back.json'" in marked


def test_an_entry_is_kept_and_restored_with_its_properties() -> None:
    """The registry key of an entry holds its properties; a certificate alone would come back for every purpose."""
    assert 'reg.exe" export (Get-EntryKey $Operation)' in functions("apply.ps1")["Backup-Entry"]
    restore = functions("rollback.ps1")["Restore-Entry"]
    assert 'reg.exe" import $file' in restore
    assert "(Get-EntrySha256 $Item) -ne $Item.BlobSha256" in restore
    assert "throw" in restore.partition("BlobSha256")[2]
    for name in ("apply.ps1", "rollback.ps1"):
        script = "".join(functions(name).values())
        assert "WriteAllBytes" not in script
    assert ".Add(" not in "".join(functions("rollback.ps1").values())


def test_a_root_that_comes_back_beside_untrusted_breaks_no_promise() -> None:
    """Windows Update puts a root back into AuthRoot; while Untrusted holds it, the plan holds, as ``verify`` says."""
    tables = [line for line in scripts(planned())["verify.ps1"].decode().splitlines() if "Kind = 'remove'" in line]
    assert tables
    assert all("Decisive = $false" in line for line in tables)
    stores = functions("verify.ps1")[""]
    assert "if (-not $operation.Decisive) { continue }" in stores
    assert "$operation.Kind -eq 'remove'" in stores.partition("{ $there = Test-Entry $operation }")[0]
    applied = functions("apply.ps1")[""]
    assert "if ($operation.Decisive) { throw" in applied


def test_the_check_goes_on_behind_a_site_that_does_not_answer() -> None:
    rest = functions("verify.ps1")[""].replace("\r", "")
    assert "exit 3" not in rest
    assert rest.count("$unasked = 3\n        continue") == 3
    assert rest.endswith("if ($bad) { exit $bad }\nexit $unasked\n")


@pytest.mark.parametrize("name", POWERSHELL)
def test_the_scripts_ask_for_no_more_than_windows_server_2012_has(name: str) -> None:
    """PowerShell 3.0 and .NET 4.5: no class, no ``::new``, no cmdlet or method that came later."""
    source = scripts(planned())[name].decode("utf-8-sig")
    assert source.startswith("#Requires -Version 3.0")
    code = "".join(functions(name).values())
    kinds = set(shape(scripts(planned())[name]))
    assert not kinds & {"class_statement", "enum_statement", "using_statement"}
    later = ("::new(", ".ForEach(", ".Where(", "Get-FileHash", "Expand-Archive", "Compress-Archive",
             "New-TemporaryFile", "-PipelineVariable", "Import-PowerShellDataFile", "$client.Dispose()")  # fmt: skip
    assert not [word for word in later if word in code]


def test_the_check_offers_tls_1_2_where_net_does_not_by_itself() -> None:
    parts = functions("verify.ps1")
    assert "AuthenticateAsClient($Name, $null, (Get-TlsVersions), $false)" in parts["Get-ChainByDotNet"]
    assert "'Tls12'" in parts["Get-TlsVersions"]
