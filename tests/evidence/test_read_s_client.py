"""Transcripts of openssl s_client."""

import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given
from hypothesis import strategies as st

from chainlab.errors import InputError
from chainlab.evidence import Evidence, Place, ReadOptions, read_bytes
from chainlab.lab.writers import pem
from tests.captures import block, chains, codes, names, transcript
from tests.pki import Pki

_PKI = Pki()
CHAIN = [_PKI.leaf("I"), _PKI.ca("I", "R"), _PKI.ca("R")]
NAMES = ["www.example.test", "I", "R"]

STDERR = "depth=2 CN = other root\nverify error:num=19:self-signed certificate\nverify return:1\ndepth=0 CN = x\n"


def read(text: str | bytes) -> Evidence:
    data = text.encode() if isinstance(text, str) else text
    return Evidence.of(read_bytes(data, Place("t.txt"), ReadOptions()))


@pytest.mark.parametrize("newer", [True, False], ids=["3.x", "1.0"])
@pytest.mark.parametrize("before", ["", STDERR], ids=["stdout", "both"])
def test_the_chain_section_is_the_served_chain(newer: bool, before: str) -> None:
    evidence = read(before + transcript(CHAIN, newer))
    (handshake,) = evidence.handshakes
    assert names(handshake.chain) == NAMES
    assert (handshake.protocol, handshake.cipher) == ("TLSv1.2", "ECDHE-RSA-AES256-GCM-SHA384")
    assert (handshake.complete, handshake.host, handshake.endpoint) == (True, None, "")
    assert all(item.on_wire for item in evidence.certificates)
    assert evidence.findings == ()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_encodings_and_line_ends_of_powershell_are_read(encoding: str) -> None:
    text = "\ufeff" * (encoding == "utf-16-be") + transcript(CHAIN).replace("\n", "\r\n")
    assert chains(read(text.encode(encoding))) == [("server", NAMES)]


def test_certificates_outside_the_chain_section_were_not_served() -> None:
    ocsp = "OCSP response: \nOCSP Response Data:\n" + block(_PKI.ca("OCSP", "R")) + "====\n"
    text = transcript(CHAIN).replace("---\nCertificate chain", f"{ocsp}---\nCertificate chain", 1)
    assert chains(read(text + block(_PKI.ca("pasted later")))) == [("server", NAMES)]


def test_error_lines_between_the_lines_do_not_hurt() -> None:
    lines = transcript(CHAIN).splitlines(keepends=True)
    mixed = "".join(line + ("verify return:1\n" if line.startswith(" 1 s:") else "") for line in lines)
    assert chains(read(mixed)) == [("server", NAMES)]


def test_several_connections_are_several_handshakes() -> None:
    command = "$ openssl s_client -connect {0}:443 -servername {0} -showcerts\n"
    text = command.format("a.test") + STDERR + transcript(CHAIN) + "DONE\n"
    text += command.format("b.test") + "Connecting to 192.0.2.7\n" + transcript(CHAIN[:2], newer=False) + "DONE\n"
    evidence = read(text + "Connecting to 192.0.2.8\n" + transcript(CHAIN[:1]))
    assert [(h.endpoint, h.host, len(h.chain), h.place.position) for h in evidence.handshakes] == [
        ("a.test:443", "a.test", 3, "connection 1"),
        ("b.test:443", "b.test", 2, "connection 2"),
        ("192.0.2.8", None, 1, "connection 3"),
    ]


def test_without_showcerts_only_the_leaf_is_there_and_that_is_said() -> None:
    evidence = read(transcript(CHAIN, showcerts=False))
    (handshake,) = evidence.handshakes
    assert (names(handshake.chain), handshake.complete) == (["www.example.test"], False)
    assert handshake.notes == ("3 certificates were sent; taken without -showcerts",)
    assert codes(evidence) == ["leaf-only"]
    alone = read(transcript(CHAIN[:1], showcerts=False))
    assert (alone.handshakes[0].complete, alone.findings) == (True, ())


def test_counts_that_differ_are_a_warning() -> None:
    text = transcript(CHAIN)
    lost = text.replace(block(CHAIN[1]), "", 1)
    evidence = read(lost)
    assert chains(evidence) == [("server", ["www.example.test", "R"])]
    assert codes(evidence) == ["certificate-count"]
    assert "certificates announced: 3, there: 2" in evidence.findings[0].message


def test_starttls_noise_and_a_failed_connection_beside_a_good_one_are_told_apart() -> None:
    failed = "CONNECTED(00000003)\nwrite:errno=104\n---\nno peer certificate available\n---\n"
    evidence = read("220 mail ESMTP\n250 STARTTLS\n" + transcript(CHAIN) + failed)
    assert chains(evidence) == [("server", NAMES)]
    assert codes(evidence) == ["no-handshake"]
    assert "write:errno=104" in evidence.findings[0].message


def test_a_transcript_of_failures_alone_is_an_input_error() -> None:
    failed = (
        "CONNECTED(00000003)\n4057:error:0A000410:SSL routines::handshake failure\n---\nno peer certificate available\n"
    )
    with pytest.raises(InputError, match=r"holds no certificate .*handshake failure"):
        read(failed)


def test_a_broken_certificate_is_a_gap() -> None:
    text = transcript(CHAIN).replace(block(CHAIN[1])[100:140], "!" * 40, 1)
    (handshake,) = read(text).handshakes
    assert (names(handshake.chain), handshake.broken) == (["www.example.test", "R"], (1,))


@given(st.integers(0, 6000), st.integers(0, 6000), st.text(max_size=3))
def test_truncated_and_changed_transcripts_never_crash(end: int, position: int, noise: str) -> None:
    text = transcript(CHAIN)
    try:
        read(text[:end])
        read(text[:position] + noise + text[position + len(noise) :])
    except InputError:
        pass


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory):
    """A real ``openssl s_server`` with the chain; it listens on a free local port."""
    folder: Path = tmp_path_factory.mktemp("server")
    key = _PKI.keys.get("www.example.test", "P-256")
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "key.pem").write_bytes(private)
    (folder / "leaf.pem").write_text(pem(CHAIN[:1]))
    (folder / "chain.pem").write_text(pem(CHAIN[1:]))
    files = ["-cert", "leaf.pem", "-key", "key.pem", "-cert_chain", "chain.pem"]
    command = ["openssl", "s_server", "-accept", "127.0.0.1:0", *files]
    pipe = subprocess.PIPE
    try:
        process = subprocess.Popen(command, cwd=folder, stdin=pipe, stdout=pipe, stderr=subprocess.STDOUT, text=True)
    except OSError:
        pytest.skip("no openssl")
    assert process.stdout is not None
    line = next((line for line in process.stdout if line.startswith("ACCEPT")), "")
    if not line.strip().rpartition(":")[2].isdecimal():
        process.kill()
        pytest.skip("this openssl does not choose a port")
    yield line.split()[-1]
    process.kill()
    process.communicate()


@pytest.mark.oracle
@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
@pytest.mark.parametrize("showcerts", [True, False], ids=["showcerts", "leaf"])
def test_what_the_installed_openssl_prints_is_read(server: str, version: str, showcerts: bool) -> None:
    port = server.rpartition(":")[2]
    command = ["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-servername", "a.test", version]
    command += ["-showcerts"] * showcerts
    done = subprocess.run(command, input=b"", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, timeout=30)
    (handshake,) = read(done.stdout).handshakes
    assert names(handshake.chain) == (NAMES if showcerts else NAMES[:1])
    assert handshake.complete is showcerts
    assert handshake.protocol == {"-tls1_2": "TLSv1.2", "-tls1_3": "TLSv1.3"}[version]
