"""The commands do what the change says: a small model of certutil and netsh carries them out."""

from __future__ import annotations

import re
import shlex
from dataclasses import replace

import pytest
import tree_sitter_powershell
from hypothesis import given
from hypothesis import strategies as st
from tree_sitter import Language, Parser

from chainlab.changes import (
    Change,
    Commands,
    DeleteCertificate,
    ImportCertificate,
    ImportPfx,
    MoveToUntrusted,
    Restore,
    RestrictPurposes,
    SetRootUpdate,
)
from chainlab.changes.commands import bind_commands, file_name, unbind_commands
from chainlab.escaping import command_argument, powershell
from chainlab.properties import StoreProperties
from chainlab.server import LM_ROOT, SYSTEM_CA, Binding, Server, StoreEntry, StoreName
from tests.contracts.test_changes import KNOWN, PHRASES, apply_all, machine, made
from tests.pki import Pki, at

POWERSHELL = Parser(Language(tree_sitter_powershell.language()))
FILES = {file_name(certificate): certificate.sha1 for certificate in KNOWN.values()}
Held = set[tuple[str, StoreName]]


def held(server: Server) -> Held:
    return {(entry.certificate.sha1, entry.store) for entry in server.entries}


def split(line: str) -> list[str]:
    """The words of a line of cmd.exe, in which a backslash is no escape."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars=False)
    lexer.whitespace_split, lexer.escape, lexer.commenters = True, "", ""
    return list(lexer)


def carry_out(lines: tuple[str, ...], stores: Held, bindings: dict[str, str]) -> None:
    """What certutil and netsh would do to stores and bindings; other lines do nothing to either."""
    for line in lines:
        words = split(line)
        if "certutil" in words:
            _certutil(words, stores)
        if words[:4] == ["netsh", "http", "delete", "sslcert"]:
            bindings.pop(words[4].partition("=")[2])
        if words[:4] == ["netsh", "http", "add", "sslcert"]:
            values = dict(word.split("=", 1) for word in words[4:])
            endpoint = values.get("ipport") or values["hostnameport"]
            assert endpoint not in bindings, "netsh refuses to add what is there"
            bindings[endpoint] = values["certhash"]


def _certutil(words: list[str], stores: Held) -> None:
    location = "System" if words[0] == "psexec" else "CurrentUser" if "-user" in words else "LocalMachine"
    physical = ".GroupPolicy" if "-GroupPolicy" in words else ".Enterprise" if "-Enterprise" in words else ".Default"
    for verb in ("-addstore", "-delstore"):
        if verb in words:
            name, what = words[words.index(verb) + 1 :]
            what = what.removeprefix("%CD%\\").removeprefix("certificates\\")
            parsed = StoreName.parse(f"{location}/{name}")
            store = parsed if physical == ".Default" else StoreName(location, parsed.logical, physical)
            if verb == "-addstore":
                stores.add((FILES[what], store))
            else:
                stores.discard((what, store))


def outcome(commands: Commands, server: Server) -> tuple[Held, dict[str, str]]:
    stores, bindings = held(server), {binding.endpoint: binding.sha1 for binding in server.bindings}
    carry_out(commands.certutil, stores, bindings)
    return stores, bindings


def expected(server: Server) -> tuple[Held, dict[str, str]]:
    return held(server), {binding.endpoint: binding.sha1 for binding in server.bindings}


BY_HAND = ("disable", "restrict", "windows", "root-update", "restart", "changes.reg", "import-pfx", "renew", "trust J")
CARRIED = [phrase for phrase in PHRASES if not phrase.startswith(BY_HAND)]


@pytest.mark.parametrize("phrase", CARRIED)
def test_the_commands_of_a_change_lead_to_its_state(phrase: str) -> None:
    server = machine()
    for change in made(phrase, server):
        if change.applicable(server):
            assert outcome(change.commands(), server) == expected(change.apply(server))
        server = change.apply(server)


@pytest.mark.parametrize("phrase", [phrase for phrase in PHRASES if not phrase.startswith("windows")])
def test_the_commands_of_an_inverse_lead_back(phrase: str) -> None:
    server = machine()
    after, undo = apply_all(made(phrase, server), server)
    for change in undo:
        before = change.apply(after)
        commands = change.commands()
        by_hand = {entry for entry in held(before) - held(after) if entry[0] == KNOWN["old"].sha1}
        stores, bindings = outcome(commands, after)
        assert (stores | by_hand, bindings) == expected(before)
        after = before


def test_an_inverse_says_how_to_set_purposes_and_switches_back(pki: Pki) -> None:
    server = machine()
    for phrase, text in (
        ("disable-purposes R", "Enable all purposes"),
        ("disable-purposes U", "Enable only the following purposes"),
        ("root-update off", "Not configured"),
    ):
        _, (undo,) = apply_all(made(phrase, server), server)
        assert any(text in line for line in undo.commands().console), phrase


def test_an_inverse_says_which_properties_no_command_sets(pki: Pki) -> None:
    """The friendly name, dates of distrust and what a root program lays down lie in the registry key alone."""
    root = pki.ca("R")
    distrusted = StoreEntry(root, LM_ROOT, StoreProperties(disallowed_after=at("2024-01-01"), purposes=frozenset()))
    plain = StoreEntry(root, LM_ROOT, StoreProperties(purposes=frozenset()))
    for entry, lost in ((distrusted, True), (plain, False)):
        server = Server((entry,))
        undo = DeleteCertificate(root).inverse(server)
        copies = [line for line in undo.commands().console if "reg import" in line]
        assert (len(copies), len(undo.side_effects)) == (lost, lost)
        assert all(f"SystemCertificates\\Root\\Certificates\\{root.sha1.upper()}" in line for line in copies)
        assert any("Disable all purposes" in line for line in undo.commands().console)
    updated = Server((replace(distrusted, properties=StoreProperties(purposes=frozenset())),))
    assert Restore(Server((distrusted,)), updated, "an update").side_effects


def test_restricted_purposes_are_written_into_an_inf_file_and_repaired() -> None:
    written, repaired = RestrictPurposes(KNOWN["R"], frozenset({"1.3.6.1.5.5.7.3.2"})).commands().powershell
    assert "'[Properties]', '9 = \"{text}\"', '_continue_ = \"1.3.6.1.5.5.7.3.2,\"'" in written
    assert re.fullmatch(rf"certutil -f -repairstore Root {KNOWN['R'].sha1} purposes-[0-9a-f]{{8}}\.inf", repaired)


def every_change() -> list[Change]:
    server = machine()
    changes = [change for phrase in PHRASES for change in made(phrase, server)]
    return changes + [change.inverse(server) for change in changes]


@pytest.mark.parametrize("change", every_change(), ids=lambda change: change.title[:40])
def test_every_powershell_line_parses(change: Change) -> None:
    for line in change.commands().powershell:
        tree = POWERSHELL.parse(line.encode())
        assert not tree.root_node.has_error, line


def commands_in(text: str) -> list[list[str]]:
    """The commands of a PowerShell text as a real parser sees them: name and elements, as written."""
    found = []

    def visit(node) -> None:
        if node.type == "command":
            found.append([child.text.decode() for child in node.children])
        for child in node.children:
            visit(child)

    tree = POWERSHELL.parse(text.encode())
    assert not tree.root_node.has_error, text
    visit(tree.root_node)
    return found


HOSTILE = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40) | st.text(
    st.sampled_from(list("'\"`$(){};|&<>%!^@#-\\ \u2018\u2019\u201a\u201b\u201c\u201d\u201e\n\r\ta")), min_size=1
)


@given(HOSTILE)
def test_hostile_file_names_stay_one_literal_in_powershell(name: str) -> None:
    change = ImportPfx(name, (), "powershell", "Import-PfxCertificate")
    (line,) = change.commands().powershell
    first, *inner = commands_in(line)
    assert first[0] == "Import-PfxCertificate"
    assert [command[0] for command in inner] == ["Read-Host"]


@given(HOSTILE)
def test_hostile_arguments_stay_one_argument_in_powershell_and_cmd(name: str) -> None:
    argument = command_argument(name)
    (command,) = commands_in(f"certutil -importPFX My {argument}")
    assert command[0] == "certutil"
    assert argument in "".join(command)
    assert not any(character in argument for character in "%!`$\r\n\0")
    assert argument.count('"') in (0, 2)
    assert not argument.strip('"').startswith("-")


@given(HOSTILE)
def test_powershell_reads_a_literal_back_as_it_was_meant(name: str) -> None:
    """Doubled quotes are one; what is not visible was made so before."""
    literal = powershell(name)
    tree = POWERSHELL.parse(f"Write-Output {literal}".encode())
    assert not tree.root_node.has_error
    assert commands_in(f"Write-Output {literal}") != []
    inside = re.sub("(['\u2018\u2019\u201a\u201b])\\1", r"\1", literal[1:-1])
    assert powershell(inside) == literal


@given(HOSTILE)
def test_hostile_endpoints_and_stores_cannot_leave_their_word(name: str) -> None:
    binding = Binding(name, "ab" * 20, store=name)
    for line in (*bind_commands(binding).powershell, *unbind_commands(binding).powershell):
        assert len(commands_in(line)) == 1
    sni = replace(binding, kind="sni")
    assert "hostnameport=" in bind_commands(sni).certutil[0]


def test_turning_root_update_off_never_empties_a_key_that_is_there() -> None:
    (made_once, *_) = SetRootUpdate(on=False).commands().powershell
    assert made_once.startswith("if (-not (Test-Path -Path 'HKLM:\\SOFTWARE\\Policies\\")
    assert [command[0] for command in commands_in(made_once)] == ["Test-Path", "New-Item", "Out-Null"]


def test_a_binding_of_the_central_store_names_no_certificate() -> None:
    line = bind_commands(Binding("443", "", kind="ccs")).certutil[0]
    assert line == "netsh http add sslcert ccs=443 appid={4dc3e181-e14b-4a21-b022-59fc669b0914}"


def test_a_root_that_only_the_server_has_is_written_to_a_file_before_it_goes(pki: Pki) -> None:
    """One of the package, or of a known encoding, is not exported: its file is there already."""
    root = pki.ca("R")
    assert not any("Export" in line for line in MoveToUntrusted(root).commands().powershell)
    commands = MoveToUntrusted(replace(root, der=None)).commands()
    made, exported, imported, _ = commands.powershell
    path = f"certificates\\{file_name(root)}"
    assert made.startswith("New-Item -ItemType Directory -Path certificates")
    assert exported == f"Export-Certificate -Cert 'Cert:\\LocalMachine\\Root\\{root.sha1}' -FilePath '{path}'"
    assert path in imported
    assert f"certutil -store Root {root.sha1} {path}" in commands.certutil
    assert commands.console == MoveToUntrusted(root).commands().console
    for line in commands.powershell:
        assert commands_in(line)


def test_psexec_is_given_the_whole_path(pki: Pki) -> None:
    """It starts programs in another directory."""
    commands = ImportCertificate(pki.ca("R", "U"), SYSTEM_CA).commands()
    assert '"$PWD\\certificates\\' in commands.powershell[0]
    assert '"%CD%\\certificates\\' in commands.certutil[0]
