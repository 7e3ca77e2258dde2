"""chainlab's own check of one chain by one verifier family with one trust store."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from benchmarks.peers.running import Files
from chainlab.certificate import Certificate
from chainlab.decoding import decode_certificate
from chainlab.evidence.pem_blocks import certificates_in
from chainlab.graph import CertGraph
from chainlab.paths.checks import Question
from chainlab.paths.trust import RootSet
from chainlab.verifiers import Family, Handshake, build


def certificates(text: bytes) -> list[Certificate]:
    """Every certificate of a PEM text."""
    return [decode_certificate(der) for der in certificates_in(text.decode())]


def prepared(family: Family) -> Callable[[bytes, datetime], Callable[[Files], str]]:
    """The peer of this family."""

    def prepare(roots: bytes, at: datetime) -> Callable[[Files], str]:
        anchors = certificates(roots)

        def validate(files: Files) -> str:
            served = (*certificates(files.leaf), *certificates(files.chain))
            graph = CertGraph([*served, *anchors])
            result = build(family, Handshake(served), RootSet(anchors), graph, Question(at, files.host))
            if result.accepted is not None:
                return "accept"
            if result.problem is None:
                return "reject"
            return f"{'unknown' if result.problem.reason.undecided else 'reject'}: {result.problem.reason.code}"

        return validate

    return prepare
