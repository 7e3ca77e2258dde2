"""RC2 decryption in CBC mode (RFC 2268): the 40-bit cipher of old Windows PFX files.

``cryptography`` has RC2 in its decrepit part, but refuses effective key lengths below 128 bits.
"""

from __future__ import annotations

from typing import Final

_PITABLE: Final = bytes.fromhex(
    "d978f9c419ddb5ed28e9fd794aa0d89dc67e37832b76538e624c6488448bfba217 9a59f587b34f1361456d8d09817d32bd8f40eb86b77b"
    "0bf09521225c6b4e8254d66593ce60b21c7356c014a78cf1dc1275ca1f3bbee4d1423dd430a33cb6266fbf0eda4669075727f21d9bbc9443"
    "03f811c7f690ef3ee706c3d52fc8661ed708e8eade8052eef784aa72ac354d6a2a961ad2715a1549744b9fd05e0418a4ecc2e0416e0f51cb"
    "cc2491af50a1f47039997c3a8523b8b47afc02365b2555 97312d5dfa98e38a92ae05df2910676cbac9d300e6cfe19ea82c6316013f58e289"
    "a90d38341bab33ffb0bb480c5fb9b1cd2ec5f3db47e5a59c770aa62068fe7fc1ad".replace(" ", "")
)
_MASK: Final = 0xFFFF
_ROTATIONS: Final = (1, 2, 3, 5)


def _expand(key: bytes) -> list[int]:
    """Key expansion with the effective length equal to the key's length (as PKCS#12 uses it)."""
    octets = bytearray(key)
    for position in range(len(key), 128):
        octets.append(_PITABLE[(octets[position - 1] + octets[position - len(key)]) & 0xFF])
    octets[128 - len(key)] = _PITABLE[octets[128 - len(key)]]
    for position in range(127 - len(key), -1, -1):
        octets[position] = _PITABLE[octets[position + 1] ^ octets[position + len(key)]]
    return [octets[2 * index] | octets[2 * index + 1] << 8 for index in range(64)]


def _mix_back(words: list[int], keys: list[int], step: int) -> None:
    for index in (3, 2, 1, 0):
        shift = _ROTATIONS[index]
        word = (words[index] >> shift | words[index] << (16 - shift)) & _MASK
        before, second, third = words[index - 1], words[index - 2], words[index - 3]
        words[index] = (word - keys[4 * step + index] - (before & second) - (~before & third)) & _MASK


def _mash_back(words: list[int], keys: list[int]) -> None:
    for index in (3, 2, 1, 0):
        words[index] = (words[index] - keys[words[index - 1] & 63]) & _MASK


def _decrypt_block(block: bytes, keys: list[int]) -> bytes:
    words = [int.from_bytes(block[start : start + 2], "little") for start in range(0, 8, 2)]
    for step in range(15, -1, -1):
        _mix_back(words, keys, step)
        if step in (11, 5):
            _mash_back(words, keys)
    return b"".join(word.to_bytes(2, "little") for word in words)


def decrypt_cbc(key: bytes, iv: bytes, data: bytes) -> bytes:
    """The plain text, padding included; ``ValueError`` unless the data is whole 8-byte blocks."""
    if not data or len(data) % 8:
        raise ValueError("encrypted data is not a whole number of blocks")
    keys, previous, plain = _expand(key), iv, bytearray()
    for start in range(0, len(data), 8):
        block = data[start : start + 8]
        plain += bytes(a ^ b for a, b in zip(_decrypt_block(block, keys), previous, strict=True))
        previous = block
    return bytes(plain)
