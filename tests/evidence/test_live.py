"""Live captures against real servers on loopback."""

import json
from collections.abc import Iterable
from pathlib import Path

import jsonschema
import pytest

from chainlab.certificate import Certificate
from chainlab.decoding import decode_certificate
from chainlab.errors import UsageError
from chainlab.evidence import Evidence, Place, ReadOptions, live, read_bytes
from chainlab.evidence.capture import Answer, capture, document, parse_target
from tests.evidence.servers import (
    Identity,
    dovecot_server,
    free_port,
    gnutls_server,
    identities,
    nginx_server,
    openldap_server,
    openssl_server,
    postgres_server,
    python_server,
)

pytestmark = pytest.mark.enable_socket


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory, fixtures: Path) -> tuple[Identity, Identity]:
    return identities(tmp_path_factory.mktemp("identities"), fixtures / "keys")


def probe(port: int, starttls: str = "auto") -> list[Answer]:
    return capture([parse_target(f"both.test:{port}", connect="127.0.0.1", starttls=starttls)])


def table(answers: Iterable[Answer]) -> dict[tuple[str, str, str], list[str]]:
    """(protocol, kind, SNI) -> the chain's fingerprints, empty where there was none."""
    return {
        (answer.probe.offer.protocol, answer.probe.offer.key, answer.probe.sni): prints(answer.chain)
        for answer in answers
    }


def prints(chain: Iterable[bytes]) -> list[str]:
    return [decoded(der).sha256 for der in chain]


def decoded(der: bytes) -> Certificate:
    return decode_certificate(der)


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_openssl_sends_its_rsa_and_its_ecdsa_chain_over_tls_1_2_and_1_3(both, address: str) -> None:
    rsa, ecdsa = both
    with openssl_server(rsa, ecdsa, address=address) as port:
        answers = capture([parse_target(f"www.test:{port}", connect=f"[{address}]" if ":" in address else address)])
    assert table(answers) == {
        (protocol, key, sni): identity.sent
        for protocol in ("TLSv1.2", "TLSv1.3")
        for key, identity in (("rsa", rsa), ("ecdsa", ecdsa))
        for sni in ("www.test", "")
    }
    assert {(answer.protocol, answer.probe.offer.protocol) for answer in answers} == {
        ("TLSv1.2", "TLSv1.2"),
        ("TLSv1.3", "TLSv1.3"),
    }
    assert all(answer.endpoint.rpartition(":")[0].strip("[]") == address for answer in answers)


def test_the_hello_that_was_sent_is_recorded(both) -> None:
    rsa, ecdsa = both
    with openssl_server(rsa, ecdsa) as port:
        answers = probe(port)
    offered = {(answer.probe.offer.protocol, answer.probe.offer.key): answer.signature_algorithms for answer in answers}
    assert all(name.startswith("rsa_") for name in offered["TLSv1.3", "rsa"])
    assert all(name.startswith(("ecdsa_", "ed")) for name in offered["TLSv1.3", "ecdsa"])
    assert offered["TLSv1.2", "rsa"] == offered["TLSv1.2", "ecdsa"]


def test_a_missing_kind_of_certificate_is_a_fact_not_an_error(both) -> None:
    rsa, _ = both
    with openssl_server(rsa) as port:
        answers = probe(port)
    found = table(answers)
    assert found["TLSv1.3", "rsa", "both.test"] == rsa.sent
    assert found["TLSv1.3", "ecdsa", "both.test"] == found["TLSv1.2", "ecdsa", ""] == []
    refused = [answer for answer in answers if not answer.chain]
    assert {answer.stage for answer in refused} == {"handshake"}
    assert all("handshake failure" in answer.error for answer in refused)


def test_sni_chooses_the_chain(both) -> None:
    rsa, ecdsa = both
    extra = ("-servername", "both.test", "-cert2", str(ecdsa.chain_file), "-key2", str(ecdsa.key_file))
    with openssl_server(rsa, None, *extra) as port:
        found = table(probe(port))
    assert found["TLSv1.3", "rsa", ""] == rsa.sent
    assert found["TLSv1.3", "ecdsa", "both.test"][:1] == ecdsa.sent[:1]
    assert found["TLSv1.3", "rsa", "both.test"] == []


def test_nginx_with_two_certificates_and_a_default_site(both, tmp_path: Path) -> None:
    rsa, ecdsa = both
    with nginx_server(tmp_path, rsa, rsa, ecdsa) as port:
        found = table(probe(port))
    for protocol in ("TLSv1.2", "TLSv1.3"):
        assert found[protocol, "rsa", "both.test"] == rsa.sent
        assert found[protocol, "ecdsa", "both.test"] == ecdsa.sent
        assert found[protocol, "rsa", ""] == rsa.sent
        assert found[protocol, "ecdsa", ""] == []


def test_gnutls_sends_both_chains(both) -> None:
    rsa, ecdsa = both
    with gnutls_server([rsa, ecdsa]) as port:
        found = table(probe(port))
    for protocol in ("TLSv1.2", "TLSv1.3"):
        assert found[protocol, "rsa", "both.test"] == rsa.sent
        assert found[protocol, "ecdsa", "both.test"] == ecdsa.sent


@pytest.mark.parametrize("protocol", ["-tls1", "-tls1_1"])
def test_old_servers_are_spoken_to(both, protocol: str) -> None:
    rsa, _ = both
    with openssl_server(rsa, None, protocol, "-cipher", "ALL:@SECLEVEL=0") as port:
        answers = probe(port)
    assert {answer.protocol for answer in answers if answer.chain} == {"TLSv1" if protocol == "-tls1" else "TLSv1.1"}


def test_a_server_that_demands_a_client_certificate_still_shows_its_chain(both) -> None:
    rsa, _ = both
    with openssl_server(rsa, None, "-Verify", "1", "-verify_return_error") as port:
        found = table(probe(port))
    assert found["TLSv1.2", "rsa", "both.test"] == rsa.sent
    assert found["TLSv1.3", "rsa", "both.test"] == rsa.sent


@pytest.mark.parametrize("protocol", ["smtp", "imap", "pop3", "ftp", "ldap", "postgres", "mysql", "xmpp", "rdp"])
def test_starttls_dialogues_lead_to_the_chain(both, protocol: str) -> None:
    rsa, _ = both
    if protocol == "smtp":
        pytest.importorskip("aiosmtpd")
    with python_server("starttls_server.py", protocol, rsa) as port:
        answers = probe(port, starttls=protocol)
    found = table(answers)
    assert found["TLSv1.3", "rsa", "both.test"] == rsa.sent, {answer.error for answer in answers}
    assert found["TLSv1.2", "rsa", ""] == rsa.sent


def test_a_real_postgresql_starts_tls(both, tmp_path_factory: pytest.TempPathFactory) -> None:
    import tempfile

    rsa, _ = both
    with tempfile.TemporaryDirectory(prefix="chainlab-pg-") as folder:
        copied = Identity(rsa.chain, Path(folder) / "chain.pem", Path(folder) / "key.pem")
        copied.chain_file.write_bytes(rsa.chain_file.read_bytes())
        copied.key_file.write_bytes(rsa.key_file.read_bytes())
        with postgres_server(Path(folder), copied) as port:
            found = table(probe(port, starttls="postgres"))
    assert found["TLSv1.3", "rsa", "both.test"] == rsa.sent


def test_a_real_openldap_starts_tls(both, tmp_path: Path) -> None:
    rsa, _ = both
    with openldap_server(tmp_path, rsa) as port:
        found = table(probe(port, starttls="ldap"))
    assert found["TLSv1.3", "rsa", "both.test"] == rsa.sent
    assert found["TLSv1.2", "ecdsa", ""] == []


def test_a_real_dovecot_starts_tls_for_imap_and_pop3(both, tmp_path: Path) -> None:
    rsa, _ = both
    with dovecot_server(tmp_path, rsa) as (imap, pop3):
        answers = [table(probe(port, starttls=name)) for port, name in ((imap, "imap"), (pop3, "pop3"))]
    for found in answers:
        assert found["TLSv1.3", "rsa", "both.test"] == rsa.sent
        assert found["TLSv1.2", "rsa", ""] == rsa.sent


@pytest.mark.parametrize(
    ("server", "protocol", "answer"),
    [
        ("smtp_refusing", "smtp", "does not offer STARTTLS"),
        ("ldap_refusing", "ldap", "does not start TLS (result code 52)"),
        ("postgres_refusing", "postgres", "TLS is switched off"),
        ("mysql_refusing", "mysql", "does not offer TLS"),
        ("rdp_refusing", "rdp", "does not offer TLS"),
        ("rude", "smtp", r"the server answered '500 \x1b[31mno\x1b[0m'"),
        ("rude", "imap", "the server answered"),
        ("rude", "pop3", "the server answered"),
        ("chatty", "smtp", "too long"),
        ("chatty", "xmpp", "too long"),
        ("imap", "pop3", "the server answered '* OK"),
    ],
)
def test_refusals_say_what_the_server_answered(both, server: str, protocol: str, answer: str) -> None:
    with python_server("starttls_server.py", server, both[0]) as port:
        answers = probe(port, starttls=protocol)
    assert {a.stage for a in answers} == {"starttls"}
    assert answer in answers[0].error


def test_silent_servers_and_plain_ones_end_in_their_time(both, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chainlab.evidence.capture.HANDSHAKE_SECONDS", 0.3)
    with python_server("starttls_server.py", "silent", both[0]) as port:
        answers = probe(port, starttls="smtp")
        assert {(a.stage, a.error) for a in answers} == {("starttls", "no answer in time")}
    with python_server("starttls_server.py", "smtp_refusing", both[0]) as port:
        answers = probe(port, starttls="none")
    assert {a.stage for a in answers} == {"handshake"}
    assert "wrong version number" in answers[0].error


def test_unreachable_servers_are_said_to_be_so() -> None:
    answers = capture([parse_target(f"127.0.0.1:{free_port()}"), parse_target("no-such-host.invalid")])
    assert {(a.stage, a.error) for a in answers[:4]} == {("connect", "127.0.0.1: connection refused")}
    assert len(answers) == 4 + 8
    assert "no address for 'no-such-host.invalid'" in answers[-1].error


def test_the_file_keeps_everything_and_reads_back(both) -> None:
    rsa, _ = both
    with openssl_server(rsa, None) as port:
        written = document(probe(port))
    schema = Path(live.__file__).parent / "data" / "chainlab-capture-1.schema.json"
    jsonschema.Draft202012Validator(json.loads(schema.read_text())).validate(json.loads(written))
    rows = json.loads(written)["handshakes"]
    assert len(rows) == 8
    assert rows[0]["offered"]["ciphers"] == "aRSA:@SECLEVEL=0"
    evidence = Evidence.of(read_bytes(written.encode(), Place("c.json"), ReadOptions()))
    assert [(h.endpoint, h.host, h.protocol) for h in evidence.handshakes] == [
        (f"127.0.0.1:{port}", sni, protocol) for sni in ("both.test", "") for protocol in ("TLSv1.2", "TLSv1.3")
    ]
    assert all([c.sha256 for c in h.chain] == rsa.sent for h in evidence.handshakes)
    assert all(item.on_wire and item.store is None for item in evidence.certificates)
    assert len(evidence.certificates) == 4 * 3
    assert [f.code for f in evidence.findings] == ["probe-failed"] * 4


def test_no_message_of_a_server_is_longer_than_the_cap(both, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "MAX_HANDSHAKE_BYTES", 1000)
    rsa, _ = both
    row = {
        "number": 0, "host": "a.test", "port": 0, "address": "127.0.0.1", "family": 0, "sni": "", "starttls": "",
        "protocol": "TLSv1.2", "ciphers": "aRSA",
    }  # fmt: skip
    with openssl_server(rsa) as port:
        result = live.run({**row, "port": port}, 5, 5)
    assert (result.stage, result.chain) == ("handshake", [])
    assert "more than 1000 bytes" in result.error


@pytest.mark.parametrize(
    ("text", "host", "port", "sni", "starttls"),
    [
        ("www.example.com", "www.example.com", 443, "www.example.com", ""),
        ("WWW.Example.com.:8443", "www.example.com", 8443, "www.example.com", ""),
        ("bücher.example", "xn--bcher-kva.example", 443, "xn--bcher-kva.example", ""),
        ("192.0.2.1:25", "192.0.2.1", 25, "", "smtp"),
        ("[2001:db8::1]:5432", "2001:db8::1", 5432, "", "postgres"),
        ("2001:db8::1", "2001:db8::1", 443, "", ""),
        ("rdp.example:3389", "rdp.example", 3389, "rdp.example", "rdp"),
    ],
)
def test_targets(text: str, host: str, port: int, sni: str, starttls: str) -> None:
    target = parse_target(text)
    assert (target.host, target.port, target.sni, target.starttls) == (host, port, sni, starttls)


@pytest.mark.parametrize("text", ["", "a b", "http://x", "x:0", "x:99999", "x:y", "-x", "[::1", "a..b", "x" * 300])
def test_what_is_no_server_is_wrong_usage(text: str) -> None:
    with pytest.raises(UsageError):
        parse_target(text)


def test_options_of_a_target() -> None:
    target = parse_target("a.test:993", connect="[::1]:1993", sni="b.test", starttls="none")
    assert (target.address, target.port, target.sni, target.starttls) == ("::1", 1993, "b.test", "")
    assert parse_target("a.test", sni="").sni == ""
    with pytest.raises(UsageError, match="unknown protocol"):
        parse_target("a.test", starttls="gopher")
