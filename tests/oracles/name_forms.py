"""Name constraints of every form: one chain whose issuing CA has one constraint, beside names of that form.

Random PKIs constrain DNS names only, and by whole domains. Verifiers differ in everything else: which forms they
compare, what a leading dot, an empty value or a URI without a host means, and whether they refuse what they do not
compare. ``python -m tests.oracles.name_forms`` asks every verifier and records what it answers (``name_forms.json``).
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

from chainlab import oids
from chainlab.certificate import Certificate
from chainlab.decoding import decode_certificate
from tests.oracles.compare import our_answer
from tests.oracles.oracle import Answer, Oracle, all_oracles, set_up
from tests.oracles.scenario import HOST, LEAF, Case, CertSpec, Scenario, _entity, materialise, now
from tests.oracles.wine.forge import general_name, sequence, tlv

RECORD: Final = Path(__file__).with_name("name_forms.json")

SCENARIO: Final = Scenario(
    "name-forms", {LEAF: CertSpec(LEAF, "I", ()), "i": CertSpec("I", "R", ()), "r": CertSpec("R", "R", ())},
    (LEAF, "i"), ("r",), {},
)  # fmt: skip

OWN: Final = f"dns:{HOST}"

UTF8: Final = "utf8:"
"""Before a directory name: its O as UTF8String instead of PrintableString."""

_LAB: Final = b"\x0aOracle Lab"


_NUL: Final = ("\0", "it reads a host name up to a NUL")

KNOWN: Final = {
    "erlang-ssl": (", dir:", "directory names among the SANs lie in no permitted subtree, chainlab takes them like the "
                             "subject"),
    "gnutls-certtool": ("dns:, ", "an empty host name among the SANs ends its comparison"),
    "grpc": _NUL, "node-0.10.4": _NUL, "node-0.10.38": _NUL, "node-0.12.18": _NUL,
}  # fmt: skip
"""Verifiers whose family answers differently in some cases: what these have in common, and why."""


@dataclass(frozen=True, slots=True)
class NameCase:
    """A constraint (``dns:.example.test``; empty: none) and the server's alternative names (none: no SAN)."""

    tree: str
    excluded: bool
    critical: bool
    names: tuple[str, ...] = (OWN,)

    @property
    def form(self) -> str:
        """``dns``, ``dir``, ``rid`` …"""
        return self.tree.removeprefix(UTF8).partition(":")[0]

    def __str__(self) -> str:
        if not self.tree:
            return f"only {', '.join(self.names) or 'the common name'}"
        words = "critical " if self.critical else "", "excludes" if self.excluded else "permits"
        return f"{''.join(words)} {self.tree} for {', '.join(self.names) or 'no SAN'}"


def host_cases() -> list[NameCase]:
    """No constraint, and certificates in which other things than the host's name stand for it, or do not."""
    return [NameCase("", excluded=False, critical=False, names=names) for names in _HOST_NAMES]


_HOST_NAMES: Final[tuple[tuple[str, ...], ...]] = (
    *((f"dns:{name}",) for name in (
        HOST, HOST.upper(), "*.example.test", "*.EXAMPLE.test", "*.test", "*.*.test", "www.*.test", "w*.example.test",
        "*w.example.test", "w*w.example.test", "www*.example.test", "*www.example.test", "*", "*.example.test.",
        f"{HOST}.", ".example.test", "example.test", f" {HOST}", f"{HOST} ", f"{HOST}\0.other.test",
        "*.www.example.test", "*.*.example.test", "www.example.*", "w**.example.test",
    )),
    (), ("email:a@b.test",), ("ip:10.1.1.1",), ("uri:https://www.example.test/",), ("dir:CN=www.example.test",),
    ("dns:other.test",), ("dns:other.test", OWN), ("rid:1.2.3",), ("dns:",), ("dns:", OWN),
    ("dns:other.test", "dns:*.example.test"),
)  # fmt: skip
"""Alternative names beside the common name, which is the host."""


def name_cases() -> list[NameCase]:
    """Every constraint of ``_TREES`` beside every choice of names for its form, permitted and excluded."""
    return list(_cases())


def _cases() -> Iterator[NameCase]:
    for form, (trees, choices) in _TREES.items():
        for tree in trees:
            for excluded in (False, True):
                for names in choices:
                    yield NameCase(tree, excluded, True, names)
                    if form in _WHERE_CRITICAL_MATTERS:
                        yield NameCase(tree, excluded, False, names)


def _beside(*names: str) -> tuple[tuple[str, ...], ...]:
    return ((OWN,), *((OWN, name) for name in names))


_WHERE_CRITICAL_MATTERS: Final = ("dir", "rid", "upn")
_TREES: Final[dict[str, tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]]] = {
    "dir": (
        ("dir:O=Oracle Lab", "utf8:dir:O=Oracle Lab", "dir:O=ORACLE LAB", "dir:O=Oracle  Lab", "dir:O=Other",
         f"dir:O=Oracle Lab, CN={HOST}", f"dir:CN={HOST}", "dir:"),
        _beside("dir:O=Oracle Lab, CN=x", "dir:O=Else"),
    ),
    "uri": (
        tuple(f"uri:{tree}" for tree in ("elsewhere.test", ".elsewhere.test", "www.elsewhere.test",
                                         "WWW.elsewhere.test", "other.test")),
        _beside("uri:https://www.elsewhere.test/x", "uri:urn:foo:bar", "uri:https://10.1.1.1/"),
    ),
    "email": (
        tuple(f"email:{tree}" for tree in ("elsewhere.test", ".elsewhere.test", "user@elsewhere.test",
                                           "USER@elsewhere.test", "user@ELSEWHERE.test", "other.test")),
        _beside("email:user@elsewhere.test", "email:user@sub.elsewhere.test"),
    ),
    "ip": (
        tuple(f"ip:{tree}" for tree in ("10.0.0.0/8", "192.168.0.0/16", "0.0.0.0/0", "::/0", "2001:db8::/32")),
        _beside("ip:10.1.1.1", "ip:2001:db8::1"),
    ),
    "rid": (("rid:1.2.3",), _beside("rid:1.2.3", "rid:1.2.4")),
    "upn": (("upn:elsewhere.test", "upn:user@elsewhere.test"), _beside("upn:user@elsewhere.test")),
    "dns": (
        tuple(f"dns:{tree}" for tree in (
            "example.test", ".example.test", "EXAMPLE.test", HOST, f".{HOST}", "mail.example.test",
            ".mail.example.test", "test", "", "ample.test", "*.example.test", "example.test.",
        )),
        (*_beside("dns:example.test", "dns:other.test"), ("dns:*.example.test",), ("dns:WWW.Example.Test",), ()),
    ),
}  # fmt: skip


def _encoded(name: str) -> bytes:
    if name.startswith(UTF8):
        return general_name(name.removeprefix(UTF8)).replace(b"\x13" + _LAB, b"\x0c" + _LAB)
    return general_name(name)


@cache
def _plain() -> tuple[Case, tuple[x509.Certificate, ...]]:
    case = materialise(SCENARIO, now())
    return case, tuple(x509.load_der_x509_certificate(c.der or b"") for c in case.served)


@cache
def made(case: NameCase) -> Case:
    """The chain of a case: the server's certificate, the CA with the constraint."""
    plain, (leaf, issuing) = _plain()
    san = sequence(*(_encoded(name) for name in case.names)) if case.names else None
    trees = sequence(tlv(0xA1 if case.excluded else 0xA0, sequence(_encoded(case.tree)))) if case.tree else None
    served = (
        _reissued(leaf, "I", {oids.SUBJECT_ALT_NAME: (san, False)}),
        _reissued(issuing, "R", {oids.NAME_CONSTRAINTS: (trees, case.critical)}),
    )
    return replace(plain, id=str(case), served=served)


def _reissued(plain: x509.Certificate, issuer: str, changed: Mapping[str, tuple[bytes | None, bool]]) -> Certificate:
    """The certificate with other contents of some extensions, or without them."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(plain.subject)
        .issuer_name(plain.issuer)
        .public_key(plain.public_key())
        .serial_number(77)
        .not_valid_before(plain.not_valid_before_utc)
        .not_valid_after(plain.not_valid_after_utc)
    )
    for extension in plain.extensions:
        if extension.oid.dotted_string not in changed:
            builder = builder.add_extension(extension.value, extension.critical)
    for oid, (value, critical) in changed.items():
        if value is not None:
            builder = builder.add_extension(x509.UnrecognizedExtension(x509.ObjectIdentifier(oid), value), critical)
    signed = builder.sign(_entity(SCENARIO, issuer).key, hashes.SHA256())
    return decode_certificate(signed.public_bytes(serialization.Encoding.DER))


def asked(oracle: Oracle, cases: Sequence[Case]) -> list[Answer]:
    """What a real verifier says to each, asked in batches that the slow ones finish in time."""
    answers: list[Answer] = []
    size = oracle.most or len(cases)
    for start in range(0, len(cases), size):
        with tempfile.TemporaryDirectory(prefix="chainlab-names-") as folder:
            answers += oracle.ask(set_up(Path(folder), cases[start : start + size]))
    return answers


def ours(oracle: Oracle, case: NameCase) -> str:
    """The verdict of the family that stands for it."""
    family = oracle.family if case.tree else oracle.host_family or oracle.family
    return _verdict(family, case, oracle.checks_host, oracle.checks_purpose)


@cache
def _verdict(family: str, case: NameCase, host: bool, purpose: bool) -> str:
    return our_answer(family, made(case), host=host, purpose=purpose).verdict


def recorded() -> dict[str, Any]:
    """By verifier: its ``version`` and the first letters of its verdicts.

    ``verdicts`` are in the order of ``name_cases``, ``hosts`` in that of ``host_cases`` (empty: it checks no host).
    """
    found: dict[str, Any] = json.loads(RECORD.read_text(encoding="utf-8")) if RECORD.exists() else {}
    return found


def main() -> None:
    """Ask the verifiers named, or all that are installed, and record their answers."""
    cases, hosts = ([made(case) for case in each] for each in (name_cases(), host_cases()))
    for oracle in all_oracles():
        version = oracle.version()
        if not version or (sys.argv[1:] and oracle.id not in sys.argv[1:]):
            continue
        answers = {"verdicts": cases, "hosts": hosts if oracle.checks_host else []}
        verdicts = {what: "".join(a.verdict[0] for a in asked(oracle, each)) for what, each in answers.items()}
        known = {**recorded(), oracle.id: {"version": version, **verdicts}}
        RECORD.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        print(oracle.id, version, {what: f"{text.count('a')} of {len(text)}" for what, text in verdicts.items()})


if __name__ == "__main__":
    main()
