"""The summary of a capture."""

import io

from chainlab.evidence.capture import OFFERS, Answer, Probe, Target
from chainlab.report.capture_text import render
from chainlab.report.terminal import TerminalPage
from tests.pki import Pki


def shown(*answers: Answer) -> str:
    buffer = io.StringIO()
    render(answers, TerminalPage(buffer, width=80))
    return buffer.getvalue()


def test_equal_chains_are_shown_once_with_the_hellos_that_brought_them(pki: Pki) -> None:
    target, chain = Target("a.test", sni="a.test"), (pki.leaf("I").der or b"", pki.ca("I", "R").der or b"")
    answers = [
        Answer(Probe(target, offer, sni), "", "192.0.2.1:443", offer.protocol, "C", (), chain)
        for offer in (OFFERS[0], OFFERS[2])
        for sni in ("a.test", "")
    ]
    answers.append(Answer(Probe(target, OFFERS[1], ""), stage="handshake", error="no \x1b[31m cipher"))
    text = shown(*answers)
    assert text.splitlines()[0] == "a.test (192.0.2.1:443)"
    flat = " ".join(text.split())
    assert "2 certificates, sent for TLSv1.2 RSA, TLSv1.2 RSA without SNI, TLSv1.3 RSA, TLSv1.3 RSA without SNI" in flat
    assert text.count("www.example.test (issued by I") == 1
    assert r"no \x1b[31m cipher: TLSv1.2 ECDSA without SNI" in flat
    assert max(map(len, text.splitlines())) <= 80


def test_bytes_that_are_no_certificate_are_said_to_be_so() -> None:
    answer = Answer(Probe(Target("a.test"), OFFERS[0], ""), endpoint="x", protocol="TLSv1.2", chain=(b"junk",))
    assert "4 bytes that are no certificate" in shown(answer)
