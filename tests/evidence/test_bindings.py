"""Bindings: netsh in several languages, applicationHost.config, folders of a Central Certificate Store."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainlab.errors import InputError
from chainlab.evidence import BindingEvidence, Evidence, Place, ReadOptions, read_bytes, read_inputs
from chainlab.evidence.bindings import is_address, logical_store, split_endpoint
from chainlab.lab.pki import PrivateKey
from chainlab.lab.writers import pem, pfx
from tests.pki import Pki

SHA1 = "daa61c502810ca0952df77a0d4194c32085b5abd"
IIS, OTHER = "{4dc3e181-e14b-4a21-b022-59fc669b0914}", "{65f12961-a6a1-4736-a36e-af476fd0d37a}"

LABELS = {
    "english": (
        "SSL Certificate bindings:",
        "IP:port",
        "Hostname:port",
        "Central Certificate Store",
        "Certificate Hash",
        "Application ID",
        "Certificate Store Name",
        "Usage Check",
        "Enabled",
        "Revocation Freshness Time",
        "Ctl Identifier",
    ),
    "german": (
        "SSL-Zertifikatbindungen:",
        "IP:Port",
        "Hostname:Port",
        "Zentraler Zertifikatspeicher",
        "Zertifikathash",
        "Anwendungs-ID",
        "Zertifikatspeichername",
        "Verwendungsüberprüfung",
        "Aktiviert",
        "Sperr.aktualitätszeit",
        "CTL-Bezeichner",
    ),
    "french": (
        "Liaisons de certificat SSL\u00a0:",
        "IP:port",
        "Nom d'hôte:port",
        "Magasin de certificats central",
        "Hachage du certificat",
        "ID de l'application",
        "Nom du magasin de certificats",
        "Vérification de l'usage",
        "Activé",
        "Délai de révocation",
        "Identificateur CTL",
    ),
    "japanese": (
        "SSL 証明書のバインド:",
        "IP:ポート",
        "ホスト名:ポート",
        "証明書の集中ストア",
        "証明書ハッシュ",
        "アプリケーション ID",
        "証明書ストア名",
        "使用状況のチェック",
        "有効",
        "失効の更新時間",
        "CTL 識別子",
    ),
}

EXPECTED = [
    ("ip", "0.0.0.0:443", "", SHA1, "My", "IIS"),
    ("ip", "[::]:8443", "", SHA1, "My", OTHER.strip("{}")),
    ("sni", "www.example.test:443", "www.example.test", SHA1, "WebHosting", "IIS"),
    ("ccs", "*:443", "", "", "My", "IIS"),
    ("ccs", "scoped.example.test:443", "scoped.example.test", "", "My", "IIS"),
]


def netsh(language: str) -> str:
    title, ip, host, central, hashed, application, store, usage, on, time, ctl = LABELS[language]

    def block(label: str, endpoint: str, sha1: str, identity: str, name: str) -> str:
        pairs = [(label, endpoint), (hashed, sha1), (application, identity), (store, name), (usage, on), (time, "0"),
                 (ctl, "(null)")]  # fmt: skip
        return "".join(f"    {key:<29}: {value}\n" for key, value in pairs) + "\n"

    return (
        f"\n{title}\n-------------------------\n\n"
        + block(ip, "0.0.0.0:443", SHA1, IIS, "MY")
        + block(ip, "[::]:8443", SHA1.upper(), OTHER, "(null)")
        + block(host, "www.example.test:443", SHA1, IIS, "WebHosting")
        + block(central, "443", "(null)", IIS, "(null)")
        + block(host, "scoped.example.test:443", "(null)", IIS, "(null)")
    )


def read(text: str, encoding: str = "utf-8") -> Evidence:
    return Evidence.of(read_bytes(text.encode(encoding), Place("x"), ReadOptions()))


def facts(bindings: tuple[BindingEvidence, ...]) -> list[tuple[str, ...]]:
    return [(b.kind, b.endpoint, b.host, b.sha1, b.store, b.owner) for b in bindings]


@pytest.mark.parametrize("language", LABELS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-8-sig"])
def test_netsh_output_is_read_in_every_language(language: str, encoding: str) -> None:
    evidence = read(netsh(language).replace("\n", "\r\n"), encoding)
    assert facts(evidence.bindings) == EXPECTED
    assert not evidence.findings


@pytest.mark.parametrize(("language", "encoding"), [("german", "cp850"), ("french", "cp850"), ("japanese", "cp932")])
def test_netsh_output_in_a_console_code_page_is_read(language: str, encoding: str) -> None:
    assert facts(read(netsh(language), encoding).bindings) == EXPECTED


def test_blocks_without_empty_lines_between_them_are_kept_apart() -> None:
    squeezed = netsh("english").replace("\n\n    ", "\n    ")
    assert facts(read(squeezed).bindings)[:3] == EXPECTED[:3]


def test_a_record_without_application_id_is_no_binding() -> None:
    text = netsh("english").replace(f": {OTHER}", ": gone")
    assert [binding.endpoint for binding in read(text).bindings] == [
        "0.0.0.0:443", "www.example.test:443", "*:443", "scoped.example.test:443",
    ]  # fmt: skip


def test_a_port_out_of_range_is_a_finding() -> None:
    evidence = read(netsh("english").replace("0.0.0.0:443", "0.0.0.0:70000"))
    assert len(evidence.bindings) == 4
    assert "is no endpoint" in evidence.findings[0].message


@pytest.mark.parametrize("text", ["", "443", ":", "host:", "host:0", "host:65536", "host:٤٤٣", "host:1e3"])
def test_what_is_no_endpoint_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match="is no endpoint"):
        split_endpoint(text)


def test_endpoints_and_stores_are_told_by_their_shape() -> None:
    assert split_endpoint("[fe80::1%4]:443") == ("[fe80::1%4]", 443)
    assert all(map(is_address, ("", "*", "+", "0.0.0.0", "[::]", "[fe80::1%4]", "::1")))
    assert not any(map(is_address, ("localhost", "www.example.test", "1.2.3", "*.example.test")))
    assert [logical_store(name) for name in ("MY", "", "(null)", "webhosting", "LocalMachine\\Root")] == [
        "My", "My", "My", "WebHosting", "Root",
    ]  # fmt: skip


SECRET = "[enc:AesProvider:jAAAAAECAAADZgAAAKQAAP+secret:enc]"
CONFIG = f"""<?xml version="1.0" encoding="UTF-8"?>
<configuration>
  <configProtectedData><providers><add name="AesProvider" sessionKey="secret" /></providers></configProtectedData>
  <system.applicationHost>
    <applicationPools><add name="p"><processModel userName="u" password="{SECRET}" /></add></applicationPools>
    <sites>
      <site name="Default Web Site" id="1">
        <application path="/"><virtualDirectory path="/" physicalPath="C:\\x" password="{SECRET}" /></application>
        <bindings>
          <binding protocol="http" bindingInformation="*:80:" />
          <binding protocol="https" bindingInformation="*:443:" sslFlags="0" />
          <binding protocol="net.tcp" bindingInformation="808:*" />
        </bindings>
      </site>
      <site name="Zürich &amp; Söhne" id="2">
        <bindings>
          <binding protocol="https" bindingInformation="[2001:db8::1]:8443:WWW.example.test" sslFlags="1" />
          <binding protocol="https" bindingInformation="10.0.0.5:443:ccs.example.test" sslFlags="3" />
          <binding protocol="https" bindingInformation="*:444:named.example.test" sslFlags="Sni, CentralCertStore" />
          <binding protocol="https" bindingInformation="*:445:" certificateHash="{SHA1.upper()}"
                   certificateStoreName="WebHosting" />
          <binding protocol="https" bindingInformation="nonsense" />
        </bindings>
      </site>
      <siteDefaults><bindings><binding protocol="https" bindingInformation="*:446:" /></bindings></siteDefaults>
    </sites>
  </system.applicationHost>
  <location path="Default Web Site"><system.webServer /></location>
</configuration>
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-8-sig"])
def test_the_https_bindings_of_all_sites_are_read_and_nothing_else(encoding: str) -> None:
    evidence = read(CONFIG, encoding)
    assert facts(evidence.bindings) == [
        ("site", "0.0.0.0:443", "", "", "My", "Default Web Site"),
        ("site", "[2001:db8::1]:8443", "www.example.test", "", "My", "Zürich & Söhne"),
        ("ccs", "10.0.0.5:443", "ccs.example.test", "", "My", "Zürich & Söhne"),
        ("ccs", "0.0.0.0:444", "named.example.test", "", "My", "Zürich & Söhne"),
        ("site", "0.0.0.0:445", "", SHA1, "WebHosting", "Zürich & Söhne"),
    ]
    assert [finding.code for finding in evidence.findings] == ["broken-part"]
    assert "secret" not in repr(evidence)


@pytest.mark.parametrize("flags", ["²", "٣", "-1", "1_0", "9" * 5000, "", " 2 "])
def test_flags_that_are_no_number_are_no_flags(flags: str) -> None:
    evidence = read(CONFIG.replace('sslFlags="3"', f'sslFlags="{flags}"'))
    assert [b.kind for b in evidence.bindings if b.host == "ccs.example.test"] == ["ccs" if flags == " 2 " else "site"]


@pytest.mark.parametrize("port", ["²", "٤٤٣", "0", "65536", "0000000443x", "9" * 5000])
def test_a_site_binding_with_an_impossible_port_is_a_finding(port: str) -> None:
    evidence = read(CONFIG.replace("10.0.0.5:443:", f"10.0.0.5:{port}:"))
    assert [finding.code for finding in evidence.findings] == ["broken-part", "broken-part"]
    assert len(evidence.bindings) == 4


@pytest.mark.parametrize("text", ["10.0.0.1:0", "10.0.0.1:65536", "10.0.0.1:4430000000", "a:²", "a", ":"])
def test_ports_out_of_range_make_no_endpoint(text: str) -> None:
    with pytest.raises(ValueError, match="no endpoint"):
        split_endpoint(text)


def test_leading_zeros_do_not_change_a_port() -> None:
    assert split_endpoint("10.0.0.1:00443") == ("10.0.0.1", 443)


def test_a_configuration_with_a_document_type_is_refused() -> None:
    with pytest.raises(InputError, match="declares a document type"):
        read(CONFIG.replace("<configuration>", '<!DOCTYPE c [<!ENTITY a "b">]>\n<configuration>', 1))


def test_a_configuration_without_sites_is_an_input_error() -> None:
    with pytest.raises(InputError, match="without sites"):
        read("<configuration><sites /></configuration>")


def pfx_of(pki: Pki, host: str, name: str) -> bytes:
    leaf = pki.leaf("CA", host, dns_names=(name,))
    key: PrivateKey = pki.entity(host).key
    return pfx(leaf, key, [])


def test_a_folder_of_files_named_for_hosts_is_a_central_store(tmp_path: Path, pki: Pki) -> None:
    (tmp_path / "www.example.test.pfx").write_bytes(pfx_of(pki, "a", "www.example.test"))
    (tmp_path / "_.example.test.pfx").write_bytes(pfx_of(pki, "b", "*.example.test"))
    (tmp_path / "Mail.Example.Test.PFX").write_bytes(pfx_of(pki, "c", "other.example.test"))
    evidence = read_inputs([(tmp_path, None)], ReadOptions())
    certificates = {Path(item.place.file).name: item.certificate.sha1 for item in evidence.certificates}
    assert sorted((b.endpoint, b.host, b.sha1, b.kind) for b in evidence.bindings) == [
        ("*.example.test:443", "*.example.test", certificates["_.example.test.pfx"], "ccs"),
        ("mail.example.test:443", "mail.example.test", certificates["Mail.Example.Test.PFX"], "ccs"),
        ("www.example.test:443", "www.example.test", certificates["www.example.test.pfx"], "ccs"),
    ]
    assert [finding.code for finding in evidence.findings if finding.code != "pfx-without-mac"] == ["ccs-name-mismatch"]


@pytest.mark.parametrize("other", ["leaf and issuer.pfx", "test_1.pfx", "backup.2026.old.pfx.pfx_"])
def test_other_folders_of_pfx_files_are_none(tmp_path: Path, pki: Pki, other: str) -> None:
    (tmp_path / "www.example.test.pfx").write_bytes(pfx_of(pki, "a", "www.example.test"))
    (tmp_path / other).write_bytes(pfx_of(pki, "b", "b.example.test"))
    bindings = read_inputs([(tmp_path, None)], ReadOptions()).bindings
    assert len(bindings) == (0 if other.endswith(".pfx") else 1)


def test_pem_files_named_for_hosts_are_no_central_store(tmp_path: Path, pki: Pki) -> None:
    (tmp_path / "www.example.test.pem").write_text(pem([pki.leaf("CA")]))
    assert not read_inputs([(tmp_path, None)], ReadOptions()).bindings


DOCUMENTS = [netsh("german").encode(), CONFIG.encode()]


@given(st.sampled_from(DOCUMENTS), st.integers(0, 3000), st.binary(min_size=1, max_size=8))
def test_texts_with_any_damage_never_crash(whole: bytes, position: int, noise: bytes) -> None:
    position %= len(whole)
    for data in (whole[:position] + noise + whole[position + len(noise) :], whole[:position]):
        try:
            Evidence.of(read_bytes(data, Place("x"), ReadOptions()))
        except InputError:
            pass
