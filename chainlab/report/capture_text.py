"""A capture for people: each distinct chain once, with the hellos that brought it, then what failed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import IO

from chainlab.decoding import decode_certificate
from chainlab.escaping import terminal
from chainlab.evidence.capture import Answer


def render(answers: Sequence[Answer], file: IO[str]) -> None:
    """Write the summary, server by server."""
    for target in dict.fromkeys(answer.probe.target for answer in answers):
        mine = [answer for answer in answers if answer.probe.target == target]
        ends = ", ".join(dict.fromkeys(answer.endpoint for answer in mine if answer.endpoint)) or "not reached"
        file.write(f"{terminal(target.host)} ({terminal(ends)})\n")
        for chain in dict.fromkeys(answer.chain for answer in mine if answer.chain):
            _chain(chain, [answer for answer in mine if answer.chain == chain], file)
        for why in dict.fromkeys(answer.error for answer in mine if answer.error):
            failed = ", ".join(_hello(answer) for answer in mine if answer.error == why)
            file.write(f"  no chain for {failed}:\n    {terminal(why)}\n")


def _chain(chain: Sequence[bytes], answers: Sequence[Answer], file: IO[str]) -> None:
    count = "1 certificate" if len(chain) == 1 else f"{len(chain)} certificates"
    file.write(f"  {count}, sent for {', '.join(_hello(answer) for answer in answers)}\n")
    for number, der in enumerate(chain, start=1):
        file.write(f"    {number}  {_certificate(der)}\n")


def _certificate(der: bytes) -> str:
    try:
        certificate = decode_certificate(der)
    except (ValueError, RecursionError) as error:
        return f"{len(der)} bytes that are no certificate: {terminal(str(error))}"
    return terminal(f"{certificate.label}, {certificate.key}, expires {certificate.not_after:%Y-%m-%d}")


def _hello(answer: Answer) -> str:
    offer = answer.probe.offer
    protocol = answer.protocol or offer.protocol
    return f"{protocol} {offer.key.upper()}" + ("" if answer.probe.sni else " without SNI")
