"""Private keys and passwords come out nowhere: not in an output, an error, a log, an object or a file."""

from __future__ import annotations

import logging
import pickle
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization as ser
from cryptography.hazmat.primitives.asymmetric import rsa

from chainlab import oids
from chainlab.certificate import Certificate
from chainlab.decoding import decode_certificate
from chainlab.errors import InputError
from chainlab.evidence import Place, ReadOptions, read_bytes
from chainlab.lab.pki import LEAF, Entity, issue, make_name
from chainlab.lab.writers import pem, pfx
from tests.conftest import ROOT
from tests.pki import Pki
from tests.promises.commands import Ground, invocations
from tests.promises.needles import all_needles, numbers, of_number
from tests.promises.running import Report, run_all

PASSWORD = "Marked-Pässword-7391-secret"
WRONG = "Mistyped-Pässword-8462-secret"
SECRET_LINE = "CLIENT_RANDOM " + "ab" * 32 + " " + "c0ffee51" * 12
LAB = ("--lab", str(ROOT / "fixtures" / "lab.json"))


class Marked:
    """Two key pairs with certificates, and files that hold them with and without their password."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.rsa = rsa.generate_private_key(65537, 2048)
        pki = Pki("secrets")
        self.ec = pki.keys.get("www.example.test", "P-256")
        self.chain = [pki.ca("I", "R"), pki.ca("R", "U")]
        self.leaf = pki.leaf("I")
        profile = replace(LEAF, dns_names=("rsa.example.test",), purposes=(oids.SERVER_AUTH,))
        subject = Entity(make_name("O=Test, CN=rsa.example.test"), self.rsa)
        self.rsa_leaf = decode_certificate(issue(subject, pki.entity("I"), profile))
        self.needles = all_needles([self.rsa, self.ec], [PASSWORD, WRONG])
        self.needles += [needle.encode() for needle in ("c0ffee51c0ffee51", "C0FFEE51C0FFEE51")]

    def write(self) -> None:
        """The files: protected and open PFX, one cut short, one with a flipped byte, keys as PEM, a key log."""
        protected = pfx(self.rsa_leaf, self.rsa, self.chain, PASSWORD, name="Site A")
        plain = ser.NoEncryption()
        locked = ser.BestAvailableEncryption(PASSWORD.encode())
        contents = {
            "rsa.pfx": protected,
            "ec.pfx": pfx(self.leaf, self.ec, self.chain, PASSWORD),
            "open.pfx": pfx(self.leaf, self.ec, self.chain),
            "cut.pfx": protected[: len(protected) // 2],
            "flipped.pfx": protected[:900] + bytes([protected[900] ^ 1]) + protected[901:],
            "key.pem": self._key(self.rsa, plain, ser.PrivateFormat.TraditionalOpenSSL),
            "key8.pem": self._key(self.ec, plain, ser.PrivateFormat.PKCS8),
            "locked.pem": self._key(self.rsa, locked, ser.PrivateFormat.PKCS8),
            "all.pem": self._key(self.ec, plain, ser.PrivateFormat.PKCS8) + pem([self.leaf, *self.chain]).encode(),
            "key.der": self.rsa.private_bytes(ser.Encoding.DER, ser.PrivateFormat.PKCS8, plain),
            "sslkeys.log": f"{SECRET_LINE}\n".encode(),
            "password.txt": PASSWORD.encode(),
            "wrong.txt": WRONG.encode(),
        }
        for name, data in contents.items():
            (self.folder / name).write_bytes(data)

    def _key(self, key: Any, encryption: Any, form: Any) -> bytes:
        data: bytes = key.private_bytes(ser.Encoding.PEM, form, encryption)
        return data

    def found_in(self, data: bytes) -> list[bytes]:
        """The needles that occur."""
        return [needle for needle in self.needles if needle in data]


@pytest.fixture(scope="module")
def marked(tmp_path_factory: pytest.TempPathFactory) -> Marked:
    """The marked files."""
    made = Marked(tmp_path_factory.mktemp("inputs"))
    made.write()
    return made


def test_the_needles_are_found_where_the_secrets_are(marked: Marked) -> None:
    """Otherwise nothing below would prove anything."""
    for name in ("key.pem", "key8.pem", "key.der", "all.pem", "open.pfx", "password.txt", "wrong.txt", "sslkeys.log"):
        data = (marked.folder / name).read_bytes()
        if name != "open.pfx":  # its key is encrypted with the empty password
            assert marked.found_in(data), name
    value = numbers(marked.rsa)["p"]
    for text in (str(value), f"{value:x}", f"{value:X}", repr(value.to_bytes(128, "big"))):
        assert any(needle in text.encode() for needle in of_number(value)), text


def test_no_command_lets_a_key_or_password_out(marked: Marked, tmp_path: Path) -> None:
    report = run_all(list(commands(marked, tmp_path)), tmp_path / "job", env=environment(tmp_path))
    assert {done.status for done in report.done} >= {0, 1, 3, 4}
    assert "traceback" not in {done.status for done in report.done}
    assert sum(done.status in (0, 1) for done in report.done) > 60
    assert leaks(report, marked, tmp_path) == []


def environment(folder: Path) -> dict[str, str]:
    """The password in a variable, temporary files in a folder that is searched."""
    temporary = folder / "tmp"
    temporary.mkdir()
    return {"MARKED_PASSWORD": PASSWORD, "WRONG_PASSWORD": WRONG, "TMPDIR": str(temporary)}


def commands(marked: Marked, folder: Path) -> Iterator[tuple[str, ...]]:
    """Every command on a protected PFX, the main ones on every file, and every way to fail."""
    options = ("--password-env", "MARKED_PASSWORD")
    served = marked.folder / "all.pem"
    yield from invocations(Ground(marked.folder / "rsa.pfx", folder, options, LAB, served))
    by_file = ("--password-file", str(marked.folder / "password.txt"))
    wrong = (("--password-file", str(marked.folder / "wrong.txt")), ("--password-env", "WRONG_PASSWORD"), ())
    inputs = sorted(str(path) for path in marked.folder.iterdir() if path.suffix != ".txt")
    for source in inputs:
        for command in ("inspect", "diagnose"):
            for kind in ("text", "json"):
                yield (command, source, *by_file, "--check-keys", "--format", kind)
    for words in wrong:
        yield ("diagnose", str(marked.folder / "rsa.pfx"), *words)
        yield ("inspect", str(marked.folder / "rsa.pfx"), *words, "--verbose", "--format", "json")
    yield ("inspect", *inputs, *by_file, "--verbose")
    yield ("diagnose", str(marked.folder / "rsa.pfx"), "--password-file", str(marked.folder / "key.pem"))
    yield ("diagnose", str(marked.folder / "rsa.pfx"), *options, "--max-iterations", "1")


def leaks(report: Report, marked: Marked, folder: Path) -> list[tuple[str, bytes]]:
    """Where a needle occurs: in what was printed, and in every file that came to be."""
    found = [
        (" ".join(done.arguments), needle)
        for done in report.done
        for text in (done.out, done.err)
        for needle in marked.found_in(text.encode("utf-8", "surrogateescape"))
    ]
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name != "job.json":
            found += [(str(path), needle) for needle in marked.found_in(path.read_bytes())]
    return found


def test_evidence_holds_no_secret_however_it_is_written_down(marked: Marked, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    options = ReadOptions(password=lambda _place: PASSWORD, check_keys=True)
    read = 0
    for path in sorted(marked.folder.iterdir()):
        try:
            items = list(read_bytes(path.read_bytes(), Place(path.name), options))
        except InputError as error:
            written = f"{error} {error!r} {error.args} {error.__cause__!r} {error.__context__!r} {vars(error)}"
            assert marked.found_in(written.encode()) == [], path.name
            continue
        read += 1
        if path.name != "sslkeys.log":  # its secrets are what opens a capture: held, never shown
            assert marked.found_in(pickle.dumps(items)) == [], path.name
        assert marked.found_in(repr(items).encode()) == [], path.name
    assert read >= 5
    assert marked.found_in(caplog.text.encode()) == []


def test_options_with_a_password_do_not_show_it(marked: Marked) -> None:
    from chainlab.cli.options import Passwords

    options = ReadOptions(password=Passwords("MARKED_PASSWORD", marked.folder / "password.txt"))
    assert marked.found_in(repr(options).encode()) == []


def test_a_certificate_never_carries_a_key(marked: Marked) -> None:
    made: list[Certificate] = [marked.leaf, marked.rsa_leaf]
    assert marked.found_in(pickle.dumps(made)) == []


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX file modes")
def test_nothing_is_left_in_the_temporary_folder(marked: Marked, tmp_path: Path) -> None:
    variables = environment(tmp_path)
    run_all([("diagnose", str(marked.folder / "rsa.pfx"), "--password-env", "MARKED_PASSWORD")], tmp_path / "job",
            env=variables)  # fmt: skip
    assert list(Path(variables["TMPDIR"]).iterdir()) == []
    assert Path(tempfile.gettempdir()).exists()
