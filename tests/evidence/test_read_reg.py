"""Registry exports beyond certificate stores: encodings, value types, settings, bindings, lists, deletions."""

import struct
import uuid
from collections.abc import Callable, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainlab.errors import InputError
from chainlab.evidence import DeletionEvidence, Evidence, Place, ReadOptions, read_bytes
from chainlab.lab.writers import element, friendly_name, reg
from chainlab.server import LM_CA, StoreName
from tests.ctls import DISALLOWED, ROOT_LIST, signed, trust_list
from tests.pki import Pki

STORES = "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\SystemCertificates"
POLICY = "HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\Microsoft\\SystemCertificates"
HTTP = "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\HTTP\\Parameters"
ENGINE = (
    "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Cryptography\\OID\\EncodingType 0"
    "\\CertDllCreateCertificateChainEngine\\Config"
)
IIS = uuid.UUID("4dc3e181-e14b-4a21-b022-59fc669b0914")


def export(keys: Mapping[str, str], head: str = "Windows Registry Editor Version 5.00") -> str:
    """Keys with the lines below them."""
    return f"{head}\r\n\r\n" + "".join(f"[{key}]\r\n{lines}\r\n\r\n" for key, lines in keys.items())


def hexed(data: bytes, kind: str = "hex:") -> str:
    return kind + ",\\\r\n  ".join(
        ",".join(f"{octet:02x}" for octet in data[start : start + 25]) for start in range(0, max(len(data), 1), 25)
    )


def read(text: str | bytes) -> Evidence:
    data = text if isinstance(text, bytes) else b"\xff\xfe" + text.encode("utf-16-le")
    return Evidence.of(read_bytes(data, Place("x.reg"), ReadOptions()))


@pytest.mark.parametrize(
    "style",
    [
        lambda text: text.replace("\r\n", "\n"),
        lambda text: text.replace(",\\\r\n  ", ",\\\r\n\t"),
        lambda text: text.replace(",\\\r\n  ", ","),
        lambda text: text.replace(",", ", ").replace(", \\", ", \\ "),
        lambda text: text.replace("=hex:", " = HEX(3): "),
        lambda text: text.replace("\r\n[", "\r\n; a comment [\r\n  ["),
        lambda text: text.replace("HKEY_LOCAL_MACHINE\\SOFTWARE", "HKLM\\Software"),
        str.upper,
    ],
    ids=["LF", "tabs", "one line", "blanks", "typed", "comment", "short hive", "upper case"],
)
def test_every_way_to_write_a_blob_gives_the_same_entry(pki: Pki, style: Callable[[str], str]) -> None:
    text = reg([(LM_CA, pki.ca("A"), friendly_name("Äther"))]).decode("utf-16")
    styled = style(text).replace("WINDOWS REGISTRY EDITOR VERSION", "Windows Registry Editor Version")
    (item,) = read(styled).certificates
    assert (item.certificate, item.store) == (pki.ca("A"), LM_CA)
    assert item.properties.friendly_name == "Äther"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8", "utf-8-sig", "cp1252"])
def test_store_names_survive_every_encoding(pki: Pki, encoding: str) -> None:
    text = export({f"{STORES}\\Größe\\Certificates\\{pki.ca('A').sha1}": f'"Blob"={hexed(element(pki.ca("A")))}'})
    (item,) = read(text.encode(encoding)).certificates
    assert item.store == StoreName("LocalMachine", "Größe")


def test_the_account_of_localsystem_and_other_users_are_told_apart(pki: Pki) -> None:
    blob = f'"Blob"={hexed(element(pki.ca("A")))}'
    thumbprint = pki.ca("A").sha1
    for hive, location in (
        ("HKEY_USERS\\S-1-5-18", "System"), ("HKU\\.DEFAULT", "System"), ("HKEY_CURRENT_USER", "CurrentUser"),
        ("HKEY_USERS\\S-1-5-21-1-2-3-1001", "CurrentUser"), ("HKLM", "LocalMachine"),
    ):  # fmt: skip
        key = f"{hive}\\Software\\Microsoft\\SystemCertificates\\CA\\Certificates\\{thumbprint}"
        assert [str(item.store) for item in read(export({key: blob})).certificates] == [f"{location}/CA"]


def test_a_store_may_have_any_name(pki: Pki) -> None:
    blob = f'"Blob"={hexed(element(pki.ca("A")))}'
    for name in ("a/b", "Root/..", " ", "Ünï-\u202e"):
        (item,) = read(export({f"{STORES}\\{name}\\Certificates\\{pki.ca('A').sha1}": blob})).certificates
        assert item.store == StoreName("LocalMachine", name)


def test_crls_and_lists_in_a_store_are_noted(pki: Pki) -> None:
    key = f"{STORES}\\CA\\CRLs\\{'AB' * 20}"
    evidence = read(export({key: f'"Blob"={hexed(struct.pack("<III", 33, 1, 3) + b"crl")}'}))
    assert [finding.message for finding in evidence.findings] == ["x.reg, line 4: a CRL is not used"]


def test_settings_of_root_update_and_chain_engine_are_read() -> None:
    moment = hexed((133_000_000_000_000_000).to_bytes(8, "little"))
    evidence = read(export({
        f"{POLICY}\\AuthRoot": '"DisableRootAutoUpdate"=dword:00000001\r\n"EnableDisallowedCertAutoUpdate"=dword:0',
        f"{POLICY}\\Root\\ProtectedRoots": '"Flags"=dword:00000008',
        f"{POLICY}\\ChainEngine\\Config": '"DisableAIAUrlRetrieval"=dword:00000001',
        f"{STORES}\\AuthRoot\\AutoUpdate":
            f'"LastSyncTime"={moment}\r\n"RootDirUrl"={hexed("http://wsus/x".encode("utf-16-le"), "hex(2):")}',
        ENGINE: '"MinRsaPubKeyBitLength"=hex(4):00,08,00,00\r\n"WeakMd5AllFlags"=dword:80010000\r\n'
            f'"WeakSha1ThirdPartySha256Allow"={hexed("ab cd".encode("utf-16-le") + bytes(4), "hex(7):")}\r\n'
            '"Unrelated"="x"',
    }))  # fmt: skip
    assert {item.name: item.value for item in evidence.settings} == {
        "root_update": 0, "disallowed_update": 0, "protected_roots": 8, "aia": 0, "root_list_url": "http://wsus/x",
        "root_list_synced": "2022-06-18T04:26:40Z", "chain:minrsapubkeybitlength": 2048,
        "chain:weakmd5allflags": 0x80010000, "chain:weaksha1thirdpartysha256allow": "ab cd",
    }  # fmt: skip
    assert not evidence.findings


def test_settings_of_a_user_do_not_count() -> None:
    key = f"{POLICY}\\AuthRoot".replace("HKEY_LOCAL_MACHINE", "HKEY_CURRENT_USER")
    assert not read(export({key: '"DisableRootAutoUpdate"=dword:00000001'})).settings


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("dword:xyz", "not a DWORD"),
        ("dword:-1", "not a DWORD"),
        ("dword:1_0", "not a DWORD"),
        ("dword:100000000", "not a DWORD"),
        ("dword:", "not a DWORD"),
        ("dword:²", "not a DWORD"),
        ("hex(4):01,00", "a number of 2 bytes, expected 4"),
        ("hex(4):", "a number of 0 bytes, expected 4"),
        ("hex(b):01,00,00,00", "a number of 4 bytes, expected 8"),
        ('"1"', "not a number"),
        ("hex:0", "two digits"),
        ("hex(7:00", "not a registry value"),
        ("hex:zz", "two"),
    ],
)
def test_malformed_values_are_findings(value: str, why: str) -> None:
    evidence = read(export({f"{POLICY}\\AuthRoot": f'"DisableRootAutoUpdate"={value}\r\n"Other"=dword:1'}))
    assert why in evidence.findings[0].message
    assert "disablerootautoupdate" in evidence.findings[0].message


def test_both_lists_of_the_automatic_update_are_read(pki: Pki) -> None:
    root_list = signed(trust_list(ROOT_LIST, [(b"\1" * 20, {98: bytes(32)})]), pki)
    disallowed = signed(trust_list(DISALLOWED, [(b"\2" * 32, {})]), pki)
    values = f'"EncodedCtl"={hexed(root_list)}\r\n"DisallowedCertEncodedCtl"={hexed(disallowed)}'
    evidence = read(export({f"{STORES}\\AuthRoot\\AutoUpdate": values}))
    assert [(found.kind, len(found.roots), len(found.hashes)) for found in evidence.lists] == [
        ("authroot", 1, 0), ("disallowed", 0, 1),
    ]  # fmt: skip
    assert "encodedctl" in str(evidence.lists[0].place)


def test_a_damaged_list_in_the_registry_is_a_finding() -> None:
    evidence = read(export({f"{STORES}\\AuthRoot\\AutoUpdate": '"EncodedCtl"=hex:30,03,02,01,00'}))
    assert not evidence.lists
    assert "damaged certificate trust list" in evidence.findings[0].message


def binding_values(sha1: str, *more: str) -> str:
    return "\r\n".join([f'"SslCertHash"={hexed(bytes.fromhex(sha1))}', f'"AppId"={hexed(IIS.bytes_le)}', *more])


def test_bindings_of_http_sys_are_read(pki: Pki) -> None:
    sha1 = pki.ca("A").sha1
    store = '"SslCertStoreName"="MY"'
    bindings = read(export({
        f"{HTTP}\\SslBindingInfo\\0.0.0.0:443": binding_values(sha1, store),
        f"{HTTP}\\SslBindingInfo\\[::]:443": binding_values(sha1),
        f"{HTTP}\\SslSniBindingInfo\\{{00000000-0000-0000-0000-000000000001}}":
            binding_values(sha1, '"SslCertStoreName"="WebHosting"', '"HostnamePort"="WWW.example.test:8443"'),
        f"{HTTP}\\SslCcsBindingInfo\\443": f'"AppId"={hexed(IIS.bytes_le)}',
        f"{HTTP}\\UrlAclInfo": '"http://+:80/"=hex:00',
    })).bindings  # fmt: skip
    assert [(b.kind, b.endpoint, b.host, b.sha1, b.store, b.owner) for b in bindings] == [
        ("ip", "0.0.0.0:443", "", sha1, "My", "IIS"),
        ("ip", "[::]:443", "", sha1, "My", "IIS"),
        ("sni", "www.example.test:8443", "www.example.test", sha1, "WebHosting", "IIS"),
        ("ccs", "*:443", "", "", "My", "IIS"),
    ]


@pytest.mark.parametrize("endpoint", ["nonsense", "1.2.3.4:99999", "1.2.3.4:", "1.2.3.4:0"])
def test_a_binding_without_a_proper_endpoint_is_a_finding(endpoint: str, pki: Pki) -> None:
    evidence = read(export({f"{HTTP}\\SslBindingInfo\\{endpoint}": binding_values(pki.ca("A").sha1)}))
    assert not evidence.bindings
    assert "is no endpoint" in evidence.findings[0].message


def deletions(text: str) -> list[tuple[str, str, str]]:
    evidence = read(text)
    assert [finding.code for finding in evidence.findings] == ["proposed-deletion"] * len(evidence.findings)
    return [(str(item.store or ""), item.sha1, item.setting) for item in evidence.deletions]


def test_deletions_say_what_they_would_take_away(pki: Pki) -> None:
    sha1 = pki.ca("A").sha1
    entry = f"{STORES}\\CA\\Certificates\\{sha1.upper()}"
    head = "Windows Registry Editor Version 5.00\r\n\r\n"
    assert deletions(f"{head}[-{entry}]\r\n") == [("LocalMachine/CA", sha1, "")]
    assert deletions(f'{head}[{entry}]\r\n"Blob"=-\r\n') == [("LocalMachine/CA", sha1, "")]
    assert deletions(f"{head}[-{STORES}\\Disallowed]\r\n") == [("LocalMachine/Disallowed", "", "")]
    assert deletions(f"{head}[-{STORES}\\CA\\Certificates]\r\n") == [("LocalMachine/CA", "", "")]
    assert deletions(f"{head}[-{STORES}\\CA\\CRLs\\{sha1}]\r\n") == []
    policy = f"{POLICY}\\AuthRoot"
    assert deletions(f'{head}[{policy}]\r\n"DisableRootAutoUpdate"=-\r\n') == [("", "", "root_update")]
    assert deletions(f"{head}[-{policy}]\r\n")[1:] == [("", "", "root_update"), ("", "", "disallowed_update")]
    assert deletions(f"{head}[-{HTTP}\\SslBindingInfo\\0.0.0.0:443]\r\n") == [("", "", "binding 0.0.0.0:443")]
    assert deletions(f"{head}[-HKEY_LOCAL_MACHINE\\SOFTWARE\\Unrelated]\r\n") == []


def test_deletions_do_not_touch_what_else_the_file_holds(pki: Pki) -> None:
    text = reg([(LM_CA, pki.ca("A"), {})]).decode("utf-16")
    evidence = read(text + f"[-{STORES}\\CA\\Certificates\\{pki.ca('A').sha1.upper()}]\r\n")
    assert len(evidence.certificates) == 1
    assert evidence.kind(DeletionEvidence)[0].sha1 == pki.ca("A").sha1


def test_a_file_without_anything_of_interest_is_read_as_empty() -> None:
    evidence = read(export({"HKEY_LOCAL_MACHINE\\SOFTWARE\\Other": '"Blob"=hex:00\r\n"Multi\\"Quote"="a\\\\b"'}))
    assert [container.format for container in evidence.containers] == ["registry export"]
    assert len(evidence.items) == 1


WHOLE = reg([(LM_CA, Pki().ca("A"), friendly_name("x")), (StoreName("CurrentUser", "Root"), Pki().ca("B"), {})])
TEXT = WHOLE.decode("utf-16")


@given(st.integers(0, len(TEXT) - 1), st.text(alphabet='[]-"=\\,\r\n hexdword:0af;@(){}', max_size=12))
def test_exports_with_any_damage_never_crash(position: int, noise: str) -> None:
    for text in (TEXT[:position] + noise + TEXT[position + len(noise) :], TEXT[:position]):
        try:
            read(text)
        except InputError:
            pass


@given(st.integers(0, len(WHOLE) - 1), st.integers(1, 255))
def test_exports_with_a_flipped_byte_never_crash(position: int, mask: int) -> None:
    flipped = bytearray(WHOLE)
    flipped[position] ^= mask
    try:
        read(bytes(flipped))
    except InputError:
        pass
