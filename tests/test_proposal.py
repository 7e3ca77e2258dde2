"""Changes as they are written: phrases, files, and what names stand for."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainlab.changes import Phrase, all_kinds
from chainlab.errors import ChainlabError, InputError, UsageError
from chainlab.proposal import (
    MAX_CHANGES,
    MAX_FILE_BYTES,
    fingerprint_digits,
    names_in,
    parse_phrase,
    read_phrases,
)
from tests.machines import NAMES, Machines


@pytest.fixture
def machines(fixtures: Path, tmp_path: Path) -> Machines:
    return Machines(fixtures, tmp_path)


@pytest.mark.parametrize(
    ("text", "verb", "subject", "parts"),
    [
        ("windows-update", "windows-update", "", {}),
        ("Untrust 7BB647A6", "untrust", "7BB647A6", {}),
        ("import r46 cross.cer into LocalMachine/CA", "import", "r46 cross.cer", {"into": "LocalMachine/CA"}),
        ('import "C:\\certs\\a b.cer" INTO CA', "import", "C:\\certs\\a b.cer", {"into": "CA"}),
        ('delete "into the wild" from Root', "delete", "into the wild", {"from": "Root"}),
        ("import 'into' into CA", "import", "into", {"into": "CA"}),
        ("renew new.pfx for 7bb647a6 with certutil", "renew", "new.pfx", {"for": "7bb647a6", "with": "certutil"}),
        ("C:\\temp\\block r46.reg", "registry-file", "C:\\temp\\block r46.reg", {}),
        ('"C:\\temp\\block r46.REG"', "registry-file", "C:\\temp\\block r46.REG", {}),
        ("  tidy  ", "tidy", "", {}),
    ],
)
def test_a_phrase_is_a_verb_a_subject_and_keywords(text: str, verb: str, subject: str, parts: dict[str, str]) -> None:
    assert parse_phrase(text) == Phrase(text, verb, subject, parts)


@given(st.text(max_size=60))
def test_any_text_is_a_phrase_or_refused(text: str) -> None:
    try:
        assert parse_phrase(text).verb in all_kinds()
    except UsageError as refused:
        assert str(refused)


@given(st.sampled_from(sorted(all_kinds())), st.text(max_size=30))
def test_any_words_after_a_verb_are_kept_or_refused(verb: str, rest: str) -> None:
    try:
        phrase = parse_phrase(f"{verb} {rest}")
    except UsageError as refused:
        assert "nothing stands after" in str(refused)
    else:
        kept = "".join("".join(text.split()) for text in names_in([phrase]))
        assert set(kept) <= set(rest)


def write(tmp_path: Path, name: str, text: str | bytes) -> Path:
    file = tmp_path / name
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return file


YAML = """
changes:
  - import: cross.cer
    into: LocalMachine/CA
  - untrust: 7bb647a62aeeac88
  - root-update: off
  - restrict: 7bb647a6
    to: [client-auth, code-signing]
  - windows-update
  - restart: iis
"""
PARSED = [
    ("import", "cross.cer", {"into": "LocalMachine/CA"}), ("untrust", "7bb647a62aeeac88", {}),
    ("root-update", "off", {}), ("restrict", "7bb647a6", {"to": "client-auth,code-signing"}),
    ("windows-update", "", {}), ("restart", "iis", {}),
]  # fmt: skip


def parsed(file: Path) -> list[tuple[str, str, dict[str, str]]]:
    return [(phrase.verb, phrase.subject, dict(phrase.parts)) for phrase in read_phrases(file)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_yaml_and_json_say_the_same_in_any_encoding(tmp_path: Path, encoding: str) -> None:
    assert parsed(write(tmp_path, "c.yaml", YAML.replace("\n", "\r\n").encode(encoding))) == PARSED
    items = [
        {"import": "cross.cer", "into": "LocalMachine/CA"}, "untrust 7bb647a62aeeac88", {"root-update": False},
        {"restrict": "7bb647a6", "to": ["client-auth", "code-signing"]}, {"windows-update": None}, {"restart": "iis"},
    ]  # fmt: skip
    for document in (items, {"changes": items}):
        assert parsed(write(tmp_path, "c.json", json.dumps(document).encode(encoding))) == PARSED


def test_files_are_looked_for_beside_the_file_of_changes(tmp_path: Path) -> None:
    write(tmp_path, "cross.cer", b"x")
    (phrase,) = read_phrases(write(tmp_path, "c.yaml", "- import: cross.cer\n"))
    assert phrase.subject == str(tmp_path / "cross.cer")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no list of changes"),
        ("just words", "no list of changes"),
        ("{}", "no list of changes"),
        ("changes: 5", "no list of changes"),
        ("- [a, b]", "change 1: neither a phrase nor a mapping"),
        ("- untrust: {a: b}", "change 1: dict where words are expected"),
        ("- untrust: a\n  into: b", "change 1: 'into' is no part of it; expected untrust CERTIFICATE"),
        ("[1,", "not JSON or YAML"),
        ("- a: b: c", "not JSON or YAML"),
        ("- !!python/object/apply:os.system ['true']", "not JSON or YAML"),
        ("- " * 5000 + "a", "not JSON or YAML"),
        ("[" * 100_000, "not JSON or YAML"),
        ("- windows-update\n" * (MAX_CHANGES + 1), "more than the cap of 200"),
        ("#" * (MAX_FILE_BYTES + 1), "more than the cap of"),
    ],
)
def test_what_is_wrong_with_a_file_of_changes_is_said(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(InputError) as refused:
        read_phrases(write(tmp_path, "c.yaml", text))
    assert why in str(refused.value)
    assert "c.yaml" in str(refused.value)


def test_an_unknown_verb_in_a_file_is_refused_with_what_there_is(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="unknown change 'explode x'; expected delete"):
        read_phrases(write(tmp_path, "c.yaml", "- explode: x"))
    with pytest.raises(InputError, match="no such file"):
        read_phrases(tmp_path / "none.yaml")


@given(st.binary(max_size=200))
def test_any_bytes_are_phrases_or_refused(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    file = tmp_path_factory.getbasetemp() / "any.yaml"
    file.write_bytes(data)
    try:
        read_phrases(file)
    except ChainlabError as refused:
        assert str(refused)


@pytest.mark.parametrize("text", ["7B:B6:47:A6", "7bb647a6", "\u200e7b b6 47 a6", "7B-B6-47-A6"])
def test_fingerprints_are_read_as_people_paste_them(text: str) -> None:
    assert fingerprint_digits(text) == "7bb647a6"


@pytest.mark.parametrize("text", ["7bb64", "R46 root", "", "0x7bb647a6"])
def test_other_words_are_no_fingerprints(text: str) -> None:
    assert fingerprint_digits(text) == ""


def test_a_certificate_is_named_by_file_fingerprint_or_name(machines: Machines, tmp_path: Path) -> None:
    request = machines.one("r46")
    known = machines.ask(request, "tidy").case.scene.graph.certificates
    (cross,) = [c for c in known if c.label.startswith(f"{NAMES['r46']} (signed by USERTrust")]
    assert cross.der is not None
    file = tmp_path / "cross.der"
    file.write_bytes(cross.der)
    for name in (str(file), cross.sha256, cross.sha1.upper(), cross.sha256[:8], cross.label):
        (step,) = machines.ask(request, f"untrust '{name}'").steps
        assert step.change.certificate == cross, name


def test_an_ambiguous_name_lists_the_candidates(machines: Machines) -> None:
    with pytest.raises(UsageError) as refused:
        machines.ask(machines.one("r46"), 'untrust "Sectigo Public Server Authentication Root R46"')
    for text in ("self-signed", "signed by USERTrust", "signed by AAA", "sha256"):
        assert text in str(refused.value)


def test_a_file_of_several_certificates_is_imported_whole_but_names_none(machines: Machines) -> None:
    file = machines.fixtures / "r46/cross-signs.pem"
    answer = machines.ask(machines.request("r46/leaf-and-issuer.pfx"), f"import '{file}'")
    assert len(answer.steps) == 3
    with pytest.raises(UsageError, match="ambiguous"):
        machines.ask(machines.one("r46"), f"untrust '{file}'")


def test_a_catalogued_certificate_that_no_input_mentions_can_be_named(machines: Machines) -> None:
    isrg = "96bcec06264976f37460779acf28c5a7cfe8a3c0aae11a8ffcee05c0bddf08c6"
    for name in (isrg[:12], "'ISRG Root X1 (self-signed'", "'ISRG Root X1 (self-signed, sha256 96bcec06)'"):
        (step,) = machines.ask(machines.one("r46"), f"untrust {name}").steps
        assert step.change.certificate is not None
        assert step.change.certificate.sha256 == isrg


def test_a_pfx_lands_where_its_tool_puts_it(machines: Machines) -> None:
    file = machines.fixtures / "r46/with-root.pfx"
    request = machines.request("e46/server.reg")
    for tool, stores in (
        ("certutil", {"My", "CA", "Root"}), ("certutil-noroot", {"My", "CA"}), ("powershell", {"My"}),
    ):  # fmt: skip
        answer = machines.ask(request, f"import-pfx '{file}' with {tool}")
        new = set(answer.after.entries) - set(answer.before.entries)
        assert {entry.store.logical for entry in new} == stores, tool
    with pytest.raises(UsageError, match="unknown import tool 'magic'"):
        machines.ask(request, f"import-pfx '{file}' with magic")
    with pytest.raises(InputError, match="no such file"):
        machines.ask(request, "import-pfx nowhere.pfx")


def test_lists_are_read_from_their_files(machines: Machines) -> None:
    with pytest.raises(UsageError, match="holds no certificate trust list"):
        machines.ask(machines.one("r46"), f"windows-update with '{machines.fixtures / 'r46/cross-signs.pem'}'")


def test_a_list_of_microsoft_takes_the_place_of_the_servers(machines: Machines, shared) -> None:
    """The real list of the root program, at another date than the one that ships for the moment asked about."""
    answer = machines.ask(machines.one("r46"), f"windows-update with '{shared('samples/authroot/authroot.stl')}'")
    assert answer.before.program is not None
    assert answer.after.program is not None
    assert answer.after.program != answer.before.program
    assert {root.subject.common for root in answer.after.obtainable} >= {NAMES["r46"]}
    assert not answer.effects[0].lost


def test_a_registry_file_without_anything_to_look_at_is_refused(machines: Machines, tmp_path: Path) -> None:
    file = write(tmp_path, "x.reg", "Windows Registry Editor Version 5.00\r\n\r\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\X]\r\n")
    with pytest.raises(UsageError, match="changes nothing that chainlab looks at"):
        machines.ask(machines.one("r46"), str(file))


def test_switches_and_bindings_of_a_registry_file_are_changes(machines: Machines, tmp_path: Path) -> None:
    policies = "HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\Microsoft\\SystemCertificates\\AuthRoot"
    http = "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\HTTP\\Parameters\\SslBindingInfo"
    head = "Windows Registry Editor Version 5.00\r\n\r\n"
    off = write(tmp_path, "off.reg", f'{head}[{policies}]\r\n"DisableRootAutoUpdate"=dword:00000001\r\n')
    back = write(tmp_path, "on.reg", f'{head}[{policies}]\r\n"DisableRootAutoUpdate"=-\r\n')
    gone = write(tmp_path, "unbind.reg", f"{head}[-{http}\\0.0.0.0:8443]\r\n")
    answer = machines.ask(machines.both(), str(off), str(back), str(gone))
    assert [step.after.root_update for step in answer.steps] == [False, True, True]
    assert [binding.endpoint for binding in answer.after.bindings] == ["0.0.0.0:443"]
