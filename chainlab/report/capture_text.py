"""A capture for people: each distinct chain once, with the hellos that brought it, then what failed."""

from __future__ import annotations

from collections.abc import Sequence

from chainlab.decoding import decode_certificate
from chainlab.evidence.capture import Answer
from chainlab.report.page import Page, describe
from chainlab.wording import number_of


def render(answers: Sequence[Answer], page: Page) -> None:
    """Write the summary, server by server."""
    for target in dict.fromkeys(answer.probe.target for answer in answers):
        mine = [answer for answer in answers if answer.probe.target == target]
        ends = ", ".join(dict.fromkeys(answer.endpoint for answer in mine if answer.endpoint)) or "not reached"
        page.title(f"{target.host} ({ends})")
        for chain in dict.fromkeys(answer.chain for answer in mine if answer.chain):
            _chain(chain, [answer for answer in mine if answer.chain == chain], page)
        for why in dict.fromkeys(answer.error for answer in mine if answer.error):
            failed = ", ".join(_hello(answer) for answer in mine if answer.error == why)
            page.line(f"{why}: {failed}", "dim", indent=2, hang=2)


def _chain(chain: Sequence[bytes], answers: Sequence[Answer], page: Page) -> None:
    count = number_of(len(chain), "certificate")
    page.line(f"{count}, sent for {', '.join(_hello(answer) for answer in answers)}", indent=2, hang=2)
    for position, der in enumerate(chain, start=1):
        page.line(f"{position}  {_certificate(der)}", indent=4, hang=3)


def _certificate(der: bytes) -> str:
    try:
        return describe(decode_certificate(der))
    except (ValueError, RecursionError) as error:
        return f"{len(der)} bytes that are no certificate: {error}"


def _hello(answer: Answer) -> str:
    offer = answer.probe.offer
    protocol = answer.protocol or offer.protocol
    return f"{protocol} {offer.key.upper()}" + ("" if answer.probe.sni else " without SNI")
