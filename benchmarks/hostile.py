"""Inputs made to exhaust a verifier, given to chainlab and its peers: ``python -m benchmarks.hostile``.

Writes ``benchmarks/hostile.json``: what each said, in how many seconds of processor time and with how much memory;
``python -m tools.build_reliability`` makes the page of it. sslyze is asked where ``.peers`` has it (see
``benchmarks.comparison``), rustls-webpki through the uv of this environment.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import ssl
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from asn1crypto import x509 as asn1
from asn1crypto.keys import PublicKeyInfo, RSAPublicKey
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

import chainlab
from benchmarks.measuring import Run, python, run
from benchmarks.peers.webpki import UV
from benchmarks.scenes import AT, HOST, ROOT, Scene, copies, mesh, same_name, write
from chainlab import oids
from chainlab.decoding import decode_certificate
from tests.ctls import tlv
from tests.pki import Pki

OUT: Final = ROOT / "benchmarks" / "hostile.json"
SSLYZE: Final = ROOT / ".peers" / "bin" / "python"
LIMIT: Final = 120.0
"""Seconds of processor time after which a program is stopped."""

UNREADABLE: Final = 3
BITS: Final = 65_536
DEPTH: Final = 20_000
"""So many fit into a certificate of the size that chainlab takes."""
NAMES: Final = 100_000
FEWER: Final = 4_000
CONSTRAINTS: Final = 1_000

Make = Callable[[Path], Scene]


@dataclass(frozen=True, slots=True)
class Hostile:
    """One input: its name, how it is made, and the seed of the PKI that holds the leaf's key."""

    name: str
    make: Make
    seed: str


@dataclass(frozen=True, slots=True)
class Row:
    """What one program made of one input; ``seconds`` and ``megabytes`` are 0 where it was stopped."""

    bomb: str
    peer: str
    version: str
    date: str
    outcome: str
    seconds: float
    megabytes: float


def huge_key(folder: Path) -> Scene:
    """A CA whose RSA modulus and exponent have 65,536 bits each, and a leaf that it seems to have signed."""
    pki, modulus = Pki("huge key"), (1 << BITS - 1) + 1
    key = PublicKeyInfo.wrap(RSAPublicKey({"modulus": modulus, "public_exponent": modulus - 2}), "rsa")
    ca, leaf = (asn1.Certificate.load(made.der) for made in (pki.ca("I", "R"), pki.leaf("I", HOST)))
    ca["tbs_certificate"]["subject_public_key_info"] = key
    issuer = pki.entity("R").key
    assert isinstance(issuer, ec.EllipticCurvePrivateKey)
    signed = ca["tbs_certificate"].dump(force=True)
    ca["signature_value"] = issuer.sign(signed, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
    leaf["tbs_certificate"]["signature"] = leaf["signature_algorithm"] = {"algorithm": "sha256_rsa"}
    leaf["signature_value"] = b"\x01" * (BITS // 8)
    below, above = (decode_certificate(made.dump(force=True)) for made in (leaf, ca))
    return write(f"RSA key of {BITS:,} bits", folder, below, [above], [pki.ca("R")])


def nested(folder: Path) -> Scene:
    """An intermediate certificate whose name constraints are sequences within each other."""
    pki, value = Pki("nested"), b"\x05\x00"
    for _ in range(DEPTH):
        value = tlv(0x30, value)
    ca = pki.with_extension("I", "R", "2.5.29.30", value, critical=True)
    return write(f"{DEPTH:,} nested ASN.1 sequences", folder, pki.leaf("I", HOST), [ca], [pki.ca("R")])


def names(count: int) -> Make:
    """A leaf of so many host names below a CA that permits 1,000 domains and excludes as many."""
    return lambda folder: _names(count, folder)


def _names(count: int, folder: Path) -> Scene:
    pki = Pki("names")
    hosts = (HOST, *(f"h{number}.example.test" for number in range(count - 1)))
    permitted = (*(f"d{number}.example.net" for number in range(CONSTRAINTS - 1)), "example.test")
    excluded = tuple(f"e{number}.example.org" for number in range(CONSTRAINTS))
    ca = pki.ca("I", "R", permitted_dns=permitted, excluded_dns=excluded)
    leaf = pki.der(HOST, "I", ca=False, purposes=(oids.SERVER_AUTH,), dns_names=hosts)
    scene = write(f"{count:,} names", folder, pki.leaf("I", HOST), [ca], [pki.ca("R")])
    (folder / "leaf.pem").write_text(ssl.DER_cert_to_PEM_cert(leaf))  # longer than chainlab takes a certificate
    return scene


HOSTILE: Final = (
    Hostile("10 CAs that all certified each other", mesh(10), "mesh"),
    Hostile("100 CAs that all certified each other", mesh(100), "mesh"),
    Hostile("10,000 CAs of one name", same_name(10_000), "same"),
    Hostile("10,000 certificates of one CA, the last one valid", copies(10_000), "copies"),
    Hostile(f"RSA key of {BITS:,} bits with as large an exponent", huge_key, "huge key"),
    Hostile(f"{DEPTH:,} nested ASN.1 sequences as name constraints", nested, "nested"),
    Hostile(f"{FEWER:,} host names under {2 * CONSTRAINTS:,} name constraints", names(FEWER), "names"),
    Hostile(f"{NAMES:,} host names under {2 * CONSTRAINTS:,} name constraints", names(NAMES), "names"),
)


def version_of(interpreter: Path | str, package: str) -> str:
    """The version of a package that another interpreter has; empty if it has none."""
    code = f"import importlib.metadata as m; print(m.version({package!r}))"
    done = subprocess.run([str(interpreter), "-c", code], capture_output=True, text=True, check=False)
    return done.stdout.strip()


def peers(scene: Scene) -> dict[tuple[str, str], list[str]]:
    """The commands by program and version; those that are not installed are left out."""
    arguments = (*scene.files, AT.isoformat(), scene.host)
    served = scene.folder / "served.pem"
    diagnose = python("chainlab", "diagnose", str(served), "--at", f"{AT:%Y-%m-%d}", "--format", "json")
    found = {
        ("chainlab diagnose (every client)", chainlab.__version__): diagnose,
        ("chainlab, RFC 5280", chainlab.__version__): python("benchmarks.peers.chainlab_path", *arguments),
        ("pyca/cryptography", importlib.metadata.version("cryptography")): python("benchmarks.peers.pyca", *arguments),
    }
    if SSLYZE.exists():
        command = [str(SSLYZE), "-m", "benchmarks.peers.sslyze_check", *arguments]
        version = f"{version_of(SSLYZE, 'sslyze')} (with cryptography {version_of(SSLYZE, 'cryptography')})"
        found["sslyze, certificate check", version] = command
    if UV.exists():
        uv = importlib.metadata.version("uv")
        found["rustls-webpki, in uv", uv] = python("benchmarks.peers.webpki", *arguments)
    return found


def ready(hostile: Hostile, folder: Path) -> Scene:
    """The files of an input, with the leaf's key and with what a server would send in one file."""
    scene = hostile.make(folder)
    key = Pki(hostile.seed).entity(HOST).key
    (folder / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    parts = [(folder / f"{part}.pem").read_bytes() for part in ("leaf", "chain")]
    (folder / "served.pem").write_bytes(b"".join(parts))
    return scene


def outcome(ended: Run | None) -> str:
    """What a program said, in few words."""
    if ended is None:
        return f"stopped after {LIMIT:.0f} s"
    try:
        answer = json.loads(ended.output)
    except ValueError:
        refused = "refuses the input (exit status 3)"  # chainlab's documented status for it
        return refused if ended.status == UNREADABLE else f"ended with status {ended.status}, no verdict"
    return str(answer["verdict"]) if "verdict" in answer else diagnosed(answer)


def diagnosed(answer: dict[str, Any]) -> str:
    """A diagnosis in few words: verdicts by kind, and errors among the findings."""
    clients = [client for target in answer["targets"] for client in target["clients"]]
    counts = {kind: sum(c["verdict"] == kind for c in clients) for kind in ("accept", "reject", "unknown")}
    codes = sorted({f["code"] for f in answer["findings"]} & {"broken-certificate", "broken-part", "limit"})
    words = ", ".join(f"{number} {kind}" for kind, number in counts.items() if number) or "no server certificate"
    return f"{words}{'; ' + ', '.join(codes) if codes else ''}"


def measure(hostile: Hostile, folder: Path) -> list[Row]:
    """Give one input to everyone."""
    scene, rows = ready(hostile, folder), []
    for (peer, version), command in peers(scene).items():
        ended = run(command, LIMIT)
        seconds, peak = (round(ended.seconds, 2), round(ended.peak)) if ended is not None else (0.0, 0)
        rows.append(Row(hostile.name, peer, version, f"{datetime.now(UTC):%Y-%m-%d}", outcome(ended), seconds, peak))
        print(rows[-1], flush=True)
    return rows


def main() -> int:
    """Measure everything and write it."""
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    with tempfile.TemporaryDirectory() as folder:
        rows = [row for number, one in enumerate(HOSTILE) for row in measure(one, Path(folder) / str(number))]
    OUT.write_text(json.dumps([asdict(row) for row in rows], indent=1) + "\n", encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
