"""PFX: passwords told apart, order and attributes kept, keys closed."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from chainlab.errors import InputError, LimitError, PasswordError
from chainlab.evidence import Evidence, KeyPresence, Limits, Place, ReadOptions, read_bytes, read_inputs
from chainlab.lab.writers import pem, pfx
from tests.pki import Pki


def read(data: bytes, password: str | None = None, **options: object) -> Evidence:
    made = ReadOptions(password=lambda _place: password, **options)  # type: ignore[arg-type]
    return Evidence.of(read_bytes(data, Place("test.pfx"), made))


@pytest.fixture
def parts(pki: Pki):
    return pki.leaf("I"), pki.keys.get("www.example.test", "P-256"), [pki.ca("I", "R"), pki.ca("R", "U")]


def test_certificates_come_in_bag_order_with_key_and_friendly_name(parts) -> None:
    leaf, key, chain = parts
    evidence = read(pfx(leaf, key, chain, name="Site A"))
    assert [item.certificate for item in evidence.certificates] == [leaf, *chain]
    assert [item.key for item in evidence.certificates] == [KeyPresence.PRESENT, *[KeyPresence.ABSENT] * 2]
    assert evidence.certificates[0].properties.friendly_name == "Site A"
    assert [str(item.place.position) for item in evidence.certificates] == ["bag 1", "bag 2", "bag 3"]


def test_container_facts_are_told(parts) -> None:
    leaf, key, chain = parts
    facts = dict(read(pfx(leaf, key, chain, "pw"), "pw").containers[0].facts)
    assert facts["certificates"] == "3"
    assert facts["private keys"] == "1"
    assert facts["certificate encryption"] == "AES-256"
    assert facts["integrity"].startswith("HMAC-SHA256, ")


def test_wrong_missing_and_empty_passwords_are_told_apart(parts) -> None:
    leaf, key, chain = parts
    protected = pfx(leaf, key, chain, "right")
    for password, message in (
        (None, "needs a password, none was given"),
        ("", "the empty one is wrong"),
        ("wrong", "wrong password"),
    ):
        with pytest.raises(PasswordError, match=message) as caught:
            read(protected, password)
        assert caught.value.exit_status == 4
    assert len(read(protected, "right").certificates) == 3
    assert len(read(pfx(leaf, key, chain), None).certificates) == 3


@pytest.mark.parametrize(
    "options",
    [
        ["-keypbe", "AES-256-CBC", "-certpbe", "AES-256-CBC", "-macalg", "SHA256"],
        ["-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-3DES", "-macalg", "SHA1"],
        ["-legacy", "-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-RC2-40", "-macalg", "SHA1"],
        ["-legacy", "-keypbe", "PBE-SHA1-2DES", "-certpbe", "PBE-SHA1-RC2-128"],
        ["-legacy", "-keypbe", "PBE-SHA1-RC4-128", "-certpbe", "PBE-SHA1-RC4-40"],
        ["-keypbe", "AES-128-CBC", "-certpbe", "AES-192-CBC", "-macalg", "SHA512"],
        ["-keypbe", "NONE", "-certpbe", "NONE"],
        ["-nomac"],
        ["-certpbe", "DES-EDE3-CBC"],
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("password", ["pässwörd €", "x" * 100, "a"])
def test_what_openssl_writes_is_read(tmp_path: Path, parts, options: list[str], password: str) -> None:
    leaf, key, chain = parts
    made = openssl_pfx(tmp_path, leaf, key, chain, [*options, "-passout", f"pass:{password}"])
    evidence = read(made, password, check_keys=True)
    assert [item.certificate for item in evidence.certificates] == [leaf, *chain]
    assert evidence.certificates[0].key is KeyPresence.PRESENT
    codes = {finding.code for finding in evidence.findings}
    assert ("pfx-without-mac" in codes) == ("-nomac" in options)
    assert ("pfx-modern-encryption" in codes) == ("-keypbe" not in options or "AES" in " ".join(options))
    assert codes <= {"pfx-without-mac", "pfx-modern-encryption"}


def openssl_pfx(tmp_path: Path, leaf, key, chain, options: list[str]) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    (tmp_path / "leaf.pem").write_text(pem([leaf]))
    (tmp_path / "chain.pem").write_text(pem(chain))
    (tmp_path / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    command = ["openssl", "pkcs12", "-export", "-in", "leaf.pem", "-inkey", "key.pem", "-certfile", "chain.pem"]
    done = subprocess.run([*command, *options], cwd=tmp_path, capture_output=True, check=False)
    if done.returncode:
        pytest.skip(f"this openssl cannot write it: {done.stderr.decode()[-200:]}")
    return done.stdout


def test_a_pfx_without_key_says_so(tmp_path: Path, parts) -> None:
    leaf, key, chain = parts
    made = openssl_pfx(tmp_path, leaf, key, chain, ["-nokeys", "-passout", "pass:"])
    assert {item.key for item in read(made).certificates} == {KeyPresence.ABSENT}


def test_keys_stay_closed_unless_asked(parts, monkeypatch: pytest.MonkeyPatch) -> None:
    from cryptography.hazmat.primitives import serialization

    def refuse(*_args: object, **_kw: object) -> None:
        raise AssertionError("a private key was opened")

    monkeypatch.setattr(serialization, "load_der_private_key", refuse)
    leaf, key, chain = parts
    assert read(pfx(leaf, key, chain, "pw"), "pw").certificates[0].key is KeyPresence.PRESENT
    with pytest.raises(AssertionError):
        read(pfx(leaf, key, chain, "pw"), "pw", check_keys=True)


def test_iterations_are_capped_before_the_work(tmp_path: Path, parts) -> None:
    leaf, key, chain = parts
    made = openssl_pfx(tmp_path, leaf, key, chain, ["-iter", "50000", "-passout", "pass:x"])
    with pytest.raises(LimitError, match="asks for 50000 key-derivation iterations"):
        read(made, "x", limits=Limits(iterations=10_000))


def test_truncation_and_damage_are_input_errors_not_crashes(parts) -> None:
    leaf, key, chain = parts
    made = pfx(leaf, key, chain)
    for length in range(20, len(made), 97):
        with pytest.raises(InputError):
            read(made[:length])
    for position in range(30, len(made), 41):
        damaged = bytearray(made)
        damaged[position] ^= 0xFF
        try:
            read(bytes(damaged))
        except InputError:
            pass


def test_a_pfx_over_the_cap_is_refused(parts) -> None:
    leaf, key, chain = parts
    with pytest.raises(LimitError, match="for a PFX"):
        read(pfx(leaf, key, chain), limits=Limits(pfx_bytes=100))


_PASSWORDS = (
    ("two.p12", "changeit"), ("TestDataCertificates", "PLACEHOLDER"), ("System.Net.TestData", "testcertificate"),
    ("/test.", "test"), ("generated", "pw"), ("cert-key-aes", "cryptography"),
    ("pkcs12-vectors/cert", "cryptography"), ("pkcs12-vectors", "password"),
)  # fmt: skip
"""Path parts and the passwords of the sample files behind them."""


def test_every_sample_pfx_opens_with_its_password_and_gives_all_bags(shared: Callable[[str], Path]) -> None:
    samples = shared("samples")
    total = 0
    for file in sorted([*samples.rglob("*.pfx"), *samples.rglob("*.p12")]):
        if file.name.startswith("My."):
            continue  # its password is not known
        password = next((word for part, word in _PASSWORDS if part in str(file)), None)
        options = ReadOptions(password=lambda _place, word=password: word)  # type: ignore[misc]
        total += len(read_inputs([(file, None)], options).certificates)
    assert total == 140
