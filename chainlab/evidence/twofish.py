"""Twofish decryption in CBC mode (Schneier et al., "Twofish: A 128-Bit Block Cipher", 1998): UBER key stores use it.

``cryptography`` does not have it, and the binding on the package index dates from 2013 and does not load in Python
3.12 and later.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Final

_MASK: Final = 0xFFFFFFFF
_MDS: Final = ((0x01, 0xEF, 0x5B, 0x5B), (0x5B, 0xEF, 0xEF, 0x01), (0xEF, 0x5B, 0x01, 0xEF), (0xEF, 0x01, 0xEF, 0x5B))
_RS: Final = tuple(
    bytes.fromhex(row) for row in ("01a455875a58db9e", "a45682f31ec668e5", "02a1fcc147ae3d19", "a455875a58db9e03")
)
_MDS_POLYNOMIAL: Final = 0x169
_RS_POLYNOMIAL: Final = 0x14D


def _permutation(*tables: str) -> bytes:
    """A fixed 8-bit permutation out of four 4-bit ones (section 4.3.5)."""
    t0, t1, t2, t3 = ([int(digit, 16) for digit in table] for table in tables)
    made = bytearray()
    for value in range(256):
        a, b = value >> 4, value & 15
        a, b = a ^ b, a ^ _turn(b) ^ (8 * a & 15)
        a, b = t0[a], t1[b]
        a, b = a ^ b, a ^ _turn(b) ^ (8 * a & 15)
        made.append(t3[b] << 4 | t2[a])
    return bytes(made)


def _turn(nibble: int) -> int:
    return nibble >> 1 | (nibble & 1) << 3


_Q0: Final = _permutation("817d6f320b59eca4", "ecb81235f4a6709d", "ba5e6d90c8f32471", "d7f4126e9b3085ca")
_Q1: Final = _permutation("28bdf76e31940ac5", "1e2b4c376da5f908", "4c75169a0ed82b3f", "b951c3de647f208a")
_STAGES: Final = ((_Q1, _Q0, _Q0, _Q1), (_Q1, _Q1, _Q0, _Q0), (_Q0, _Q1, _Q0, _Q1), (_Q0, _Q0, _Q1, _Q1))
"""Permutation of each byte before the last three, two, one and no key words are mixed in."""
_LAST: Final = (_Q1, _Q0, _Q1, _Q0)


def _times(left: int, right: int, polynomial: int) -> int:
    """Multiplication in GF(2^8)."""
    product = 0
    while right:
        if right & 1:
            product ^= left
        left <<= 1
        if left & 0x100:
            left ^= polynomial
        right >>= 1
    return product


def _tables(words: Sequence[int]) -> list[list[int]]:
    """The function h (section 4.3.2) for a list of key words, as one table for each byte of its argument."""
    tables = []
    for column in range(4):
        table = []
        for value in range(256):
            byte = value
            for stage, word in zip(_STAGES[4 - len(words) :], reversed(words), strict=True):
                byte = stage[column][byte] ^ word >> 8 * column & 0xFF
            byte = _LAST[column][byte]
            mixed = (_times(_MDS[row][column], byte, _MDS_POLYNOMIAL) << 8 * row for row in range(4))
            table.append(sum(mixed))
        tables.append(table)
    return tables


def _h(tables: list[list[int]], value: int) -> int:
    return (
        tables[0][value & 0xFF] ^ tables[1][value >> 8 & 0xFF] ^ tables[2][value >> 16 & 0xFF] ^ tables[3][value >> 24]
    )


def _left(value: int, count: int) -> int:
    return (value << count | value >> 32 - count) & _MASK


def _schedule(key: bytes) -> tuple[list[int], list[list[int]]]:
    """The 40 subkeys and the key-dependent tables (section 4.3)."""
    words = struct.unpack(f"<{len(key) // 4}I", key)
    even, odd = _tables(words[0::2]), _tables(words[1::2])
    subkeys = []
    for number in range(20):
        a = _h(even, 2 * number * 0x01010101)
        b = _left(_h(odd, (2 * number + 1) * 0x01010101), 8)
        subkeys += [(a + b) & _MASK, _left((a + 2 * b) & _MASK, 9)]
    mixed = [_reed_solomon(key[start : start + 8]) for start in range(0, len(key), 8)]
    return subkeys, _tables(mixed[::-1])


def _reed_solomon(part: bytes) -> int:
    rows = []
    for row in _RS:
        value = 0
        for factor, byte in zip(row, part, strict=True):
            value ^= _times(factor, byte, _RS_POLYNOMIAL)
        rows.append(value)
    return int.from_bytes(bytes(rows), "little")


def decrypt_cbc(key: bytes, iv: bytes, data: bytes) -> bytes:
    """Whole blocks decrypted, padding included; the key has 16, 24 or 32 bytes."""
    subkeys, tables = _schedule(key)
    previous, plain = iv, bytearray()
    for start in range(0, len(data) - 15, 16):
        block = data[start : start + 16]
        opened = _block(subkeys, tables, block)
        plain += bytes(left ^ right for left, right in zip(opened, previous, strict=True))
        previous = block
    return bytes(plain)


def _block(subkeys: list[int], tables: list[list[int]], block: bytes) -> bytes:
    """One block: 16 rounds backwards between the two whitenings."""
    a, b, c, d = (word ^ subkeys[4 + number] for number, word in enumerate(struct.unpack("<4I", block)))
    for number in range(15, -1, -1):
        t0, t1 = _h(tables, a), _h(tables, _left(b, 8))
        c = _left(c, 1) ^ (t0 + t1 + subkeys[8 + 2 * number] & _MASK)
        d ^= t0 + 2 * t1 + subkeys[9 + 2 * number] & _MASK
        d = _left(d, 31)
        a, b, c, d = c, d, a, b
    words = (c ^ subkeys[0], d ^ subkeys[1], a ^ subkeys[2], b ^ subkeys[3])
    return struct.pack("<4I", *words)
