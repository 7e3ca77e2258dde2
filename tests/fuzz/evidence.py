"""A server whose every name comes from an input, and what is asked about it: what the renderers' targets show."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache

from chainlab.certificate import Certificate
from chainlab.clients import Profile
from chainlab.decoding import decode_certificate
from chainlab.diagnosis import Case, Diagnosis, Knowledge, case_of, diagnosis_of
from chainlab.evidence import BindingEvidence, CertificateEvidence, Evidence, KeyPresence, Place
from chainlab.findings import BROKEN_PART, Finding
from chainlab.lab.writers import friendly_name
from chainlab.paths.trust import RootSet
from chainlab.planning import Planned, planned_of
from chainlab.properties import derive
from chainlab.request import Request
from chainlab.server import LM_CA, LM_MY, LM_ROOT, StoreName
from tests.ctls import tlv
from tests.fuzz.names import any_name, certificate
from tests.fuzz.target import Choices
from tests.pki import NOW

SELECTOR = "alpine-2020-02,android-10-lineage-17.1"
"""Few clients: what is varied here are names."""

KNOWN_ROOT = 3
"""Serial number of the root that the own client of ``hopeful`` knows alone."""

HOSTILE = (
    "plain", "<script>alert(1)</script>", "\x1b[2J\x07", "\u202egnp.exe", "a|b\n# c", "]]>", "=cmd|' /C calc'!A0",
    "{{7*7}}", "$(id)`id`", "\u2028\u0000",
)  # fmt: skip
MORE_HOSTILE = (
    "'; calc; '\u2019; calc; \u2018", '"]; a -> b [label="\\N', "#quot; A-->B %%{init}%%", "'@\ncalc\n@' #> calc <#",
    "[x](http://evil.test) www.evil.test", "<!--<script></title></svg>", "--rf @SUM(1)", "\ud83d \U0010ffff \xad\x9b",
)  # fmt: skip


def seeds() -> list[bytes]:
    """Names with markup of every output in every string type, and random bytes."""
    parts = [encoded for text in HOSTILE for encoded in (text.encode(), text.encode("utf-16-be"))]
    named = [b"\0\0\0" + bytes([number % 9, len(part)]) + part + bytes([0, len(part)]) + part
             for number, part in enumerate(parts)]  # fmt: skip
    return [b"", *named, random.Random("render").randbytes(600)]


def few_seeds() -> list[bytes]:
    """The same and more in a few inputs, for what takes longer to show: in each several names stand everywhere."""
    names = [text.encode("utf-8", "replace") for text in (*HOSTILE, *MORE_HOSTILE)]
    values = [bytes([0, len(name)]) + name for name in names]
    return [b"", *(_filled(values[at : at + 3]) for at in range(0, len(values), 3)),
            random.Random("render").randbytes(600)]  # fmt: skip


def _filled(values: Sequence[bytes]) -> bytes:
    """An input of four names with these attributes, then of hosts and texts."""
    name = bytes([len(values) - 1]) + b"".join(value + b"\0" for value in values)
    return name * 4 + b"".join(values) * 8


def evidence_of(choices: Choices) -> Evidence:
    """A server certificate with its CAs, their names, friendly names, file names and a damaged part from the input."""
    root, ca, leaf = (any_name(choices) for _ in range(3))
    cross = choices.one_of((root, ca, any_name(choices)))
    made = [
        (certificate(("leaf", leaf), ("ca", ca), serial=1, hosts=_hosts(choices)), LM_MY),
        (certificate(("ca", ca), ("root", root), serial=2), LM_CA),
        (certificate(("root", root), ("root", root), serial=3), LM_ROOT),
        (certificate(("root", root), ("old", cross), serial=4), LM_CA),
        (certificate(("old", cross), ("old", cross), serial=5), LM_ROOT),
    ]
    return _held(made, choices)


def forked(choices: Choices) -> Evidence:
    """The same with an intermediate that two roots signed: Windows takes the later one, a client knows the other."""
    root, ca, leaf, other = (any_name(choices) for _ in range(4))
    made = [
        (certificate(("leaf", leaf), ("ca", ca), serial=1, hosts=_hosts(choices)), LM_MY),
        (certificate(("ca", ca), ("root", root), serial=2), LM_CA),
        (certificate(("root", root), ("root", root), serial=KNOWN_ROOT), LM_ROOT),
        (certificate(("ca", ca), ("old", other), serial=4, later=True), LM_CA),
        (certificate(("old", other), ("old", other), serial=5), LM_ROOT),
    ]
    evidence = _held(made, choices)
    return evidence + Evidence.of(_bindings(evidence, choices))


def _held(made: Sequence[tuple[bytes, StoreName]], choices: Choices) -> Evidence:
    """The certificates in their stores, the first with its key."""
    keys = (KeyPresence.PRESENT, *[KeyPresence.UNKNOWN] * (len(made) - 1))
    seen = [_seen(der, store, choices, key) for (der, store), key in zip(made, keys, strict=True)]
    damage = Finding(BROKEN_PART, {"place": choices.text(60), "why": choices.text(60)})
    return Evidence.of([*(item for items in seen for item in items), damage])


def _hosts(choices: Choices) -> bytes:
    return tlv(0x30, *(tlv(choices.one_of((0x82, 0x81, 0x87, 0x86)), choices.bytes(80)) for _ in range(2)))


def _seen(der: bytes, store: StoreName, choices: Choices, key: KeyPresence) -> list[CertificateEvidence]:
    try:
        decoded: Certificate = decode_certificate(der)
    except ValueError:  # a name that no decoder takes costs its certificate
        return []
    properties, _ = derive(
        friendly_name(choices.text(60).encode("utf-16-le", "replace").decode("utf-16-le", "replace"))
    )
    return [CertificateEvidence(decoded, Place(choices.text(60) or "server.reg"), store, properties, key, "test")]


@cache
def knowledge() -> tuple[Request, Knowledge]:
    """The question, and what is known beside the evidence."""
    request = Request((), NOW, selector=SELECTOR)
    return request, Knowledge.of(request)


def case(evidence: Evidence) -> Case:
    """The case of this evidence."""
    request, known = knowledge()
    return case_of(request, evidence, known)


def diagnosis(evidence: Evidence) -> Diagnosis:
    """Its diagnosis."""
    return diagnosis_of(case(evidence))


def _bindings(evidence: Evidence, choices: Choices) -> Iterator[BindingEvidence]:
    """Two endpoints of the server's certificate, whose host and owner come from the input."""
    for leaf in (item.certificate for item in evidence.certificates if item.store == LM_MY):
        for port, kind in ((443, "sni"), (8443, "ip")):
            place = Place(choices.text(40) or "applicationHost.config")
            host, owner = (choices.text(60) for _ in range(2))
            yield BindingEvidence(f"*:{port}", place, kind, host, leaf.sha1, owner=owner)


def hopeful(evidence: Evidence) -> Case:
    """The case with a client that accepts once the server is changed, so that there is something to plan."""
    request, known = knowledge()
    roots = [item.certificate for item in evidence.certificates if item.certificate.serial == KNOWN_ROOT]
    client = Profile("own", "own", "openssl-3", "own", platform="own device"), RootSet(roots)
    return case_of(request, evidence, replace(known, clients=(client,)))


def planned(evidence: Evidence) -> Planned | None:
    """The plan for that; ``None`` where no change helps."""
    found = planned_of(hopeful(evidence))
    return found if found is not None and found.chosen is not None else None
