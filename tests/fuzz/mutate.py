"""Random damage to an input, without guidance: what the ordinary tests try in a few seconds."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import Final

_NUMBERS: Final = (b"\0", b"\x7f", b"\x80", b"\xff", b"\0\0", b"\xff\xff", b"\xff\xff\xff\x7f", b"\x84\xff\xff\xff\xff")
"""Lengths and counts where programs go wrong."""


def mutations(seeds: Sequence[bytes], count: int, name: str) -> Iterator[bytes]:
    """So many damaged seeds; the same for the same name."""
    rng = random.Random(name)
    for _ in range(count):
        data = bytearray(rng.choice(seeds))
        for _ in range(rng.choice((1, 1, 2, 4, 8))):
            _damage(rng, data, seeds)
        yield bytes(data)


def _damage(rng: random.Random, data: bytearray, seeds: Sequence[bytes]) -> None:
    at = rng.randint(0, len(data))
    size = min(rng.choice((1, 2, 4, 16, 64, 1000)), len(data) - at)
    kind = rng.randrange(7)
    if kind == 0:
        data[at : at + 1] = bytes([rng.randrange(256)])
    elif kind == 1:
        number = rng.choice(_NUMBERS)
        data[at : at + len(number)] = number
    elif kind == 2:
        del data[at : at + size]
    elif kind == 3:
        data[at:at] = data[at : at + size] * rng.choice((1, 2, 30))
    elif kind == 4:
        data[at:at] = rng.randbytes(rng.choice((1, 4, 16)))
    elif kind == 5:
        del data[at:]
    else:
        other = rng.choice(seeds)
        data[at:] = other[rng.randint(0, len(other)) :]
