"""Capture what servers send: which probes to make, and the file that keeps the answers (``chainlab-capture/1``).

For each server the chain for RSA and for ECDSA, over TLS 1.2 and over TLS 1.3, with and without the server's name in
the hello. TLS 1.2 selects the kind of certificate by cipher suite, TLS 1.3 by signature algorithm; the latter needs a
process per kind (see ``chainlab.evidence.live``). A kind that the server does not have is a fact, not an error.
"""

from __future__ import annotations

import contextlib
import ipaddress
import json
import os
import re
import subprocess
import sys
import tempfile
from base64 import b64decode, encodebytes
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from chainlab import __version__
from chainlab.errors import UsageError
from chainlab.evidence.live import CONNECT_SECONDS, HANDSHAKE_SECONDS, MAX_ADDRESSES
from chainlab.evidence.read_live_capture import SCHEMA
from chainlab.evidence.starttls import DIALOGUES, USUAL_PORTS
from chainlab.records import dataclass

MAX_TARGETS: Final = 1_000
"""Servers of one run."""

_SPARE_SECONDS: Final = 10.0
_RSA: Final = (
    "RSA-PSS+SHA256:RSA-PSS+SHA384:RSA-PSS+SHA512:rsa_pss_pss_sha256:rsa_pss_pss_sha384:rsa_pss_pss_sha512"
    ":RSA+SHA256:RSA+SHA384:RSA+SHA512:RSA+SHA1"
)
_ECDSA: Final = "ECDSA+SHA256:ECDSA+SHA384:ECDSA+SHA512:ECDSA+SHA1:ed25519:ed448"
_CONFIGURATION: Final = """openssl_conf = chainlab
[chainlab]
ssl_conf = modules
[modules]
system_default = defaults
[defaults]
CipherString = ALL:@SECLEVEL=0
{algorithms}
"""
"""Read by the probing process alone; nothing of the machine's own OpenSSL configuration is changed."""

_LABEL: Final = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?")


@dataclass(frozen=True, slots=True)
class Offer:
    """One kind of hello: protocol, kind of certificate, cipher suites (TLS 1.2) or signature algorithms (TLS 1.3)."""

    protocol: str
    key: str
    ciphers: str = ""
    algorithms: str = ""


OFFERS: Final = (
    Offer("TLSv1.2", "rsa", "aRSA:@SECLEVEL=0"),
    Offer("TLSv1.2", "ecdsa", "aECDSA:@SECLEVEL=0"),
    Offer("TLSv1.3", "rsa", algorithms=_RSA),
    Offer("TLSv1.3", "ecdsa", algorithms=_ECDSA),
)
"""What each server is asked; ``ecdsa`` of TLS 1.3 includes Ed25519 and Ed448."""


@dataclass(frozen=True, slots=True)
class Target:
    """One server: ``host`` is a name or an address, ``address`` overrides where to connect.

    ``sni``: the name in the hello (empty for an address). ``starttls``: the protocol to speak before TLS, or empty.
    ``family``: 4 or 6 to insist on it, else 0.
    """

    host: str
    port: int = 443
    address: str = ""
    sni: str = ""
    starttls: str = ""
    family: int = 0


@dataclass(frozen=True, slots=True)
class Probe:
    """One handshake to be made."""

    target: Target
    offer: Offer
    sni: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a probe; ``stage`` and ``error`` are empty if it succeeded."""

    probe: Probe
    at: str = ""
    endpoint: str = ""
    protocol: str = ""
    cipher: str = ""
    signature_algorithms: tuple[str, ...] = ()
    chain: tuple[bytes, ...] = ()
    stage: str = ""
    error: str = ""
    seconds: float = 0.0


def parse_target(
    text: str, *, connect: str = "", sni: str | None = None, starttls: str = "auto", family: int = 0
) -> Target:
    """From ``host``, ``host:port``, ``[v6]:port`` or a bare address; ``UsageError`` for anything else."""
    host, port = _split(text, 443)
    address, connect_port = _split(connect, port) if connect else ("", port)
    if starttls == "auto":
        starttls = USUAL_PORTS.get(port, "")
    elif starttls == "none":
        starttls = ""
    elif starttls not in DIALOGUES:
        raise UsageError(f"unknown protocol '{starttls}'; expected auto, none, {', '.join(DIALOGUES)}")
    wanted = ("" if _is_address(host) else host) if sni is None else sni
    return Target(host, connect_port, address, _host_name(wanted) if wanted else "", starttls, family)


def _split(text: str, default: int) -> tuple[str, int]:
    match = re.fullmatch(r"\[([0-9A-Fa-f:.%\w]+)\](?::([0-9]{1,5}))?|([^:\[\]]+)(?::([0-9]{1,5}))?", text)
    if match is None and _is_address(text):
        return text, default
    if match is None:
        raise UsageError(f"'{text}' is no server; expected HOST, HOST:PORT, ADDRESS:PORT or [IPv6]:PORT")
    port = int(match[2] or match[4] or default)
    if not 0 < port < 65536:
        raise UsageError(f"port {port} of '{text}' is out of range")
    return match[1] or _host_name(match[3]), port


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    return True


def _host_name(text: str) -> str:
    """Lower case, international names as A-labels (IDNA 2003, as Python's resolver)."""
    if _is_address(text):
        return text
    try:
        name = text.rstrip(".").encode("idna").decode("ascii").lower()
    except UnicodeError:
        name = ""
    if not name or len(name) > 253 or not all(_LABEL.fullmatch(label) for label in name.split(".")):
        raise UsageError(f"'{text}' is not a host name")
    return name


def probes_for(targets: Sequence[Target]) -> list[Probe]:
    """Every hello to every server: with its name first, then without."""
    if len(targets) > MAX_TARGETS:
        raise UsageError(f"{len(targets)} servers are more than the cap of {MAX_TARGETS}")
    return [
        Probe(target, offer, sni)
        for target in dict.fromkeys(targets)
        for sni in dict.fromkeys((target.sni, ""))
        for offer in OFFERS
    ]


def capture(targets: Sequence[Target], progress: Callable[[int, int], None] | None = None) -> list[Answer]:
    """Make every handshake; the answers are in the order of ``probes_for``. ``progress`` gets done and total."""
    probes = probes_for(targets)
    answers: dict[int, Answer] = {}
    groups: dict[str, list[int]] = {}
    for number, probe in enumerate(probes):
        groups.setdefault(probe.offer.algorithms, []).append(number)
    with tempfile.TemporaryDirectory(prefix="chainlab-") as folder, contextlib.ExitStack() as started:
        children = []
        for numbers in groups.values():
            children.append(_start(Path(folder), probes, numbers))
            started.callback(_stop, children[-1].process)
        for child in children:
            for number, answer in _answers(child, probes):
                answers[number] = answer
                if progress is not None:
                    progress(len(answers), len(probes))
    lost = "the probing process ended without an answer"
    return [answers.get(number) or Answer(p, stage="process", error=lost) for number, p in enumerate(probes)]


@dataclass(frozen=True, slots=True)
class _Child:
    process: subprocess.Popen[str]
    seconds: float


def _start(folder: Path, probes: Sequence[Probe], numbers: Sequence[int]) -> _Child:
    """A probing process for the probes that share their signature algorithms."""
    algorithms = probes[numbers[0]].offer.algorithms
    configuration = folder / f"openssl-{numbers[0]}.cnf"
    line = f"SignatureAlgorithms = {algorithms}" if algorithms else ""
    configuration.write_text(_CONFIGURATION.format(algorithms=line), encoding="ascii")
    request = folder / f"probes-{numbers[0]}.json"
    rows = [{"number": number, **_row(probes[number])} for number in numbers]
    seconds = {"connect_seconds": CONNECT_SECONDS, "handshake_seconds": HANDSHAKE_SECONDS}
    request.write_text(json.dumps({**seconds, "probes": rows}), encoding="ascii")
    with request.open(encoding="ascii") as stdin:
        process = subprocess.Popen(
            [sys.executable, "-m", "chainlab.evidence.live"],
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "OPENSSL_CONF": str(configuration), "PYTHONIOENCODING": "ascii"},
            text=True,
        )
    return _Child(process, len(rows) * (CONNECT_SECONDS * MAX_ADDRESSES + HANDSHAKE_SECONDS) + _SPARE_SECONDS)


def _row(probe: Probe) -> dict[str, Any]:
    target = asdict(probe.target)
    return {**target, "sni": probe.sni, "protocol": probe.offer.protocol, "ciphers": probe.offer.ciphers}


def _answers(child: _Child, probes: Sequence[Probe]) -> Iterator[tuple[int, Answer]]:
    """The lines of a probing process; a watchdog ends one that hangs (a resolver has no timeout of its own)."""
    from threading import Timer

    watchdog = Timer(child.seconds, child.process.kill)
    watchdog.start()
    try:
        assert child.process.stdout is not None
        for line in child.process.stdout:
            row = json.loads(line)
            number = row.pop("number")
            row["chain"] = tuple(b64decode(der) for der in row["chain"])
            row["signature_algorithms"] = tuple(row["signature_algorithms"])
            yield number, Answer(probes[number], **row)
    finally:
        watchdog.cancel()


def _stop(process: subprocess.Popen[str]) -> None:
    """End a probing process, whatever it is doing."""
    process.kill()
    process.wait()
    if process.stdout is not None:
        process.stdout.close()


def document(answers: Sequence[Answer]) -> str:
    """The capture file: JSON, chains as PEM in wire order."""
    import ssl

    handshakes = [_as_json(answer) for answer in answers]
    head = {"schema": SCHEMA, "chainlab": __version__, "openssl": ssl.OPENSSL_VERSION}
    return json.dumps({**head, "handshakes": handshakes}, indent=1) + "\n"


def _as_json(answer: Answer) -> dict[str, Any]:
    target, offer = answer.probe.target, answer.probe.offer
    failed = {"stage": answer.stage, "message": answer.error} if answer.error else None
    return {
        "host": target.host,
        "endpoint": answer.endpoint or None,
        "sni": answer.probe.sni,
        "starttls": target.starttls or None,
        "offered": {
            "protocol": offer.protocol,
            "key": offer.key,
            "ciphers": offer.ciphers or None,
            "signature_algorithms": list(answer.signature_algorithms),
        },
        "negotiated": {"protocol": answer.protocol, "cipher": answer.cipher} if answer.protocol else None,
        "at": answer.at,
        "seconds": answer.seconds,
        "chain": [_pem(der) for der in answer.chain],
        "error": failed,
    }


def _pem(der: bytes) -> str:
    return f"-----BEGIN CERTIFICATE-----\n{encodebytes(der).decode('ascii')}-----END CERTIFICATE-----\n"
