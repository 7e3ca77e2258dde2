"""Real captures, transcripts and stores, compared with what Wireshark and Java see in them."""

import hashlib
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from chainlab.diagnosis import diagnose
from chainlab.errors import InputError
from chainlab.evidence import Evidence, Place, ReadOptions, read_bytes, read_inputs
from chainlab.evidence import wire as caps
from chainlab.lab.captures import certificate_message, encodings, packets, pcap, pcapng
from chainlab.request import Request
from tests.captures import key_log, names, tls13
from tests.conftest import SHARED
from tests.pki import Pki, at

CAPTURES = sorted((SHARED / "samples" / "pcap").glob("*.pcap*"))
STORES = sorted(path for path in (SHARED / "samples" / "pyjks" / "tests").rglob("*.jks"))
CHAIN = ["leaf", "inter", "root"]
EC_CHAIN = ["leaf2", "inter", "root"]

NOT_SEEN_BY_WIRESHARK = {
    "irc-starttls.pcap": "Wireshark does not follow STARTTLS in IRC",
    "tls-fragmented-handshake.pcap.gz": "a message of 340 KB in records of a few bytes; Wireshark 4.0 gives it up",
}
"""Known divergences: capture -> why Wireshark shows no certificate message where chainlab finds one."""

REPLACED_BY_KEYTOOL = {"duplicate_aliases.jks"}
"""Stores with one alias twice: Java keeps the last entry only, chainlab shows both."""


def read(*files: Path, password: str | None = None) -> Evidence:
    options = ReadOptions(password=lambda _place: password)
    return read_inputs([(file, None) for file in files], options)


def tshark(file: Path, keys: Path | None = None) -> Counter[tuple[str, ...]]:
    """Certificate messages that Wireshark finds: the SHA-256 of every certificate, in order, and how often."""
    if shutil.which("tshark") is None:
        pytest.skip("no tshark")
    fields = ["-e", "tls.handshake.certificate"]
    options = ["-o", f"tls.keylog_file:{keys}"] if keys else []
    command = ["tshark", "-r", str(file), "-Y", "tls.handshake.type == 11", "-T", "fields", *fields, *options]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    rows = [line.split(",") for line in done.stdout.splitlines() if line.strip()]
    return Counter(tuple(hashlib.sha256(bytes.fromhex(der)).hexdigest() for der in row) for row in rows)


def ours(evidence: Evidence) -> Counter[tuple[str, ...]]:
    found: Counter[tuple[str, ...]] = Counter()
    for handshake in evidence.handshakes:
        found[tuple(certificate.sha256 for certificate in handshake.chain)] += handshake.count
    return found


@pytest.mark.oracle
@pytest.mark.parametrize("capture", CAPTURES, ids=lambda path: path.name)
def test_wireshark_finds_the_same_certificate_messages(capture: Path) -> None:
    found, expected = ours(read(capture)), tshark(capture)
    if capture.name in NOT_SEEN_BY_WIRESHARK:
        assert (found.total(), expected.total()) == (1, 0)
    else:
        assert found == expected


@pytest.mark.oracle
@pytest.mark.parametrize("write", [pcap, pcapng], ids=["pcap", "pcapng"])
def test_wireshark_opens_our_tls13_captures_with_the_same_key_log(write, tmp_path: Path) -> None:
    pki = Pki()
    chain, client = [pki.leaf("I"), pki.ca("I", "R")], [pki.leaf("I", "someone")]
    flights = tls13(certificate_message(encodings(chain), True), client=certificate_message(encodings(client), True))
    (tmp_path / "x.cap").write_bytes(write(packets(flights)))
    (tmp_path / "keys").write_bytes(key_log())
    found = ours(read(tmp_path / "x.cap", tmp_path / "keys"))
    assert found == tshark(tmp_path / "x.cap", tmp_path / "keys")
    assert sum(found.values()) == 2


def test_the_sample_capture_shows_both_versions_and_key_types(shared) -> None:
    capture, keys = shared("samples/tls/cap.pcapng"), shared("samples/tls/keys.log")
    evidence = read(capture, keys)
    assert [(h.protocol, names(h.chain), h.count) for h in evidence.handshakes] == [
        ("TLSv1.2", CHAIN, 2),
        ("TLSv1.2", EC_CHAIN, 3),
        ("TLSv1.3", CHAIN, 1),
        ("TLSv1.3", EC_CHAIN, 1),
    ]
    assert {(h.endpoint, h.host) for h in evidence.handshakes} == {("127.0.0.1:44330", "demo.test")}
    assert "TLS 1.3 encrypts it" in evidence.findings[0].message, "two connections are not in the key log"


@pytest.mark.oracle
def test_wireshark_opens_the_sample_capture_with_the_same_keys(shared, tmp_path: Path) -> None:
    capture, keys = shared("samples/tls/cap.pcapng"), shared("samples/tls/keys.log")
    assert ours(read(capture, keys)) == tshark(capture, keys)
    if shutil.which("editcap"):
        made = tmp_path / "with-keys.pcapng"
        subprocess.run(["editcap", "--inject-secrets", f"tls,{keys}", str(capture), str(made)], check=True)
        assert ours(read(made)) == tshark(made)


@pytest.mark.parametrize(
    ("name", "protocol", "chain"),
    [
        ("tr_tls1_2_ECD", "TLSv1.2", EC_CHAIN),
        ("tr_tls1_2_RSA", "TLSv1.2", CHAIN),
        ("tr_tls1_3_ECD", "TLSv1.3", EC_CHAIN),
        ("tr_tls1_3_RSA", "TLSv1.3", CHAIN),
    ],
)
def test_the_sample_transcripts_show_the_served_chain(shared, name: str, protocol: str, chain: list[str]) -> None:
    (handshake,) = read(shared(f"samples/tls/{name}.txt")).handshakes
    assert (handshake.protocol, names(handshake.chain), handshake.complete) == (protocol, chain, True)


def test_transcripts_and_capture_show_the_same_chains(shared) -> None:
    wire = read(shared("samples/tls/cap.pcapng"), shared("samples/tls/keys.log"))
    written = [read(file) for file in sorted(shared("samples/tls").glob("tr_*.txt"))]
    assert {h.chain for h in wire.handshakes} == {h.chain for evidence in written for h in evidence.handshakes}


EXPECTED = {
    "tls1.2.pcap": [("server", ["*.taleo.net", "COMODO High-Assurance Secure Server CA", "AddTrust External CA Root"])],
    "missing-intermediate.pcap": [
        ("server", ["www.cviis.org"]),
        (
            "server",
            [
                "valid.sfig2.catest.starfieldtech.com",
                "Starfield Secure Certificate Authority - G2",
                "Starfield Root Certificate Authority - G2",
            ],
        ),
    ],
    "client-certificate.pcap": [
        ("server", ["certauth.idrix.fr", "R3", "ISRG Root X1"]),
        ("client", ["johanna@corelight.com", "Actalis Client Authentication CA G3"]),
    ],
    "ml-dsa-44-cert.pcap": [("server", ["ml-dsa.example.com"])],
    "imap-starttls.pcap": [("server", ["imap.gmx.net", "TeleSec ServerPass DE-1", "Deutsche Telekom Root CA 2"])],
}
UNSEEN = {
    "tls13_psk_succesfull.pcap": "session-resumed",
    "tls13_wolfssl.pcap": "certificate-unseen",
    "tls1.2-protocol-violation.pcap": "certificate-unseen",
    "dtls1_2.pcap": "no-handshake",
    "ocsp-http-get.pcap": "no-handshake",
    "ssl-v2.pcap": "no-handshake",
}


@pytest.mark.parametrize("name", EXPECTED)
def test_known_captures_show_their_chains(shared, name: str) -> None:
    evidence = read(shared(f"samples/pcap/{name}"))
    assert [(h.sender, names(h.chain)) for h in evidence.handshakes] == EXPECTED[name]


@pytest.mark.parametrize("name", UNSEEN)
def test_known_captures_say_what_they_cannot_show(shared, name: str) -> None:
    evidence = read(shared(f"samples/pcap/{name}"))
    assert evidence.handshakes == ()
    assert UNSEEN[name] in {finding.code for finding in evidence.findings}


def test_all_sample_captures_together_are_one_run(shared) -> None:
    evidence = read(shared("samples/pcap"))
    assert len(evidence.handshakes) > 40
    assert len(evidence.containers) >= len(CAPTURES)


def test_the_sslyze_sample_gives_both_deployments_of_both_servers(shared) -> None:
    evidence = read(shared("samples/scanners/sslyze-tests_json_tests_sslyze_output.json"))
    assert [(h.endpoint, len(h.chain)) for h in evidence.handshakes] == [
        ("www.facebook.com:443", 2),
        ("www.facebook.com:443", 2),
        ("www.google.com:443", 3),
        ("www.google.com:443", 3),
    ]
    diagnosis = diagnose(
        Request(
            ((shared("samples/scanners/sslyze-tests_json_tests_sslyze_output.json"), None),),
            at("2021-10-01"),
            selector="none",
        )
    )
    assert [target.served.basis for target in diagnosis.targets] == ["observed"] * 4


def test_the_testssl_sample_has_no_certificates_and_says_so(shared) -> None:
    evidence = read(shared("samples/scanners/testssl-default_testssl.csv"))
    assert [finding.code for finding in evidence.findings] == ["no-handshake"]


PASSWORDS = {"uber/empty": "", "uber/custom_entry_passwords": "store_password"}


def test_every_java_sample_is_read(shared) -> None:
    root: Path = shared("samples/pyjks/tests/keystores")
    for file in sorted(path for path in root.rglob("*") if path.is_file()):
        password = PASSWORDS.get(f"{file.parent.name}/{file.stem}", "12345678")
        evidence = read(file, password=password)
        assert len(evidence.containers) == 1, file.name
        assert all(finding.code == "unused-part" for finding in evidence.findings), file.name
        sealed = any(finding.code == "unused-part" for finding in evidence.findings)
        assert evidence.certificates or sealed or file.stem == "empty", file.name


@pytest.mark.oracle
@pytest.mark.parametrize("store", STORES, ids=lambda path: path.name)
def test_keytool_lists_the_same_certificates(store: Path) -> None:
    if shutil.which("keytool") is None:
        pytest.skip("no keytool")
    command = ["keytool", "-J-Duser.language=en", "-list", "-rfc", "-keystore", str(store)]  # without password
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, input="\n", check=False)
    if done.returncode or "-----BEGIN" not in done.stdout:
        pytest.skip("this keytool lists nothing without the password")
    listed = Evidence.of(read_bytes(done.stdout.encode(), Place("keytool"), ReadOptions()))
    shown, found = ({item.certificate for item in evidence.certificates} for evidence in (listed, read(store)))
    assert shown < found if store.name in REPLACED_BY_KEYTOOL else shown == found


GENERATED = {
    "ec.pfx": 3, "legacy.pfx": 3, "modern.pfx": 3, "emptypw.pfx": 3, "nomac.pfx": 3, "nokey.pfx": 3,
    "iter100000.pfx": 3, "iter1000000.pfx": 3, "two.p12": 7, "ts.jks": 1, "ca.pem": 2, "inter.pem": 1, "leaf.pem": 1,
    "leaf2.pem": 1, "root.pem": 1,
}  # fmt: skip


@pytest.mark.parametrize("name", GENERATED)
def test_every_generated_sample_is_read(shared, name: str) -> None:
    file = shared(f"samples/generated/{name}")
    password = "pw" if name not in ("two.p12", "ts.jks") else None  # changeit is tried for Java's own
    assert len(read(file, password=password).certificates) == GENERATED[name]


def test_javas_own_roots_are_read_without_password() -> None:
    store = Path("/etc/ssl/certs/java/cacerts")
    if not store.exists():
        pytest.skip("no Java trust store")
    certificates = read(store).certificates
    assert len(certificates) > 100
    assert all(item.trusted for item in certificates)


def test_a_certificate_above_the_cap_is_a_finding(shared) -> None:
    evidence = read(shared("samples/pcap/tls-fragmented-handshake.pcap.gz"))
    assert f"more than the cap of {caps.MAX_DER}" in evidence.findings[0].message


def test_unreadable_samples_are_input_errors_only(shared) -> None:
    for file in sorted(shared("samples/pcap").glob("LICENSE*")):
        with pytest.raises(InputError):
            read(file)
