"""RSA keys from a seed, so that a laboratory comes out byte for byte the same again without keeping any key.

For teaching only: whoever knows the seed has the key, and nothing here runs in constant time.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator
from typing import Final

from cryptography.hazmat.primitives.asymmetric import rsa

EXPONENT: Final = 65537
_SIEVE: Final = 8192
"""Candidates with a prime factor below this are skipped: more costs the sieve more than the tests it saves."""
_ROUNDS: Final = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37)
"""Bases of Miller and Rabin's test; candidates come from a hash, so that nobody chose them to deceive it."""


def derive_rsa_key(seed: str, bits: int) -> rsa.RSAPrivateKey:
    """The RSA key of this size that belongs to the seed: about half a second for 2048 bits."""
    primes = _primes(seed, bits // 2)
    p, q = next(primes), next(primes)
    d = pow(EXPONENT, -1, math.lcm(p - 1, q - 1))
    public = rsa.RSAPublicNumbers(EXPONENT, p * q)
    return rsa.RSAPrivateNumbers(p, q, d, d % (p - 1), d % (q - 1), pow(q, -1, p), public).private_key()


def _primes(seed: str, bits: int) -> Iterator[int]:
    """Primes with the two highest bits set (so that a product of two has all its bits), each from its own start."""
    small = [n for n in range(3, _SIEVE, 2) if all(n % d for d in range(3, math.isqrt(n) + 1, 2))]
    number = 0
    while True:
        digest = hashlib.shake_256(f"{seed}/{bits}/{number}".encode()).digest(bits // 8)
        start = int.from_bytes(digest, "big") | 3 << (bits - 2) | 1
        yield _next_prime(start, small)
        number += 1


def _next_prime(start: int, small: list[int]) -> int:
    residues = [(start % prime, prime) for prime in small]
    step = 0
    while True:
        if all((residue + step) % prime for residue, prime in residues):
            candidate = start + step
            if (candidate - 1) % EXPONENT and _is_prime(candidate):
                return candidate
        step += 2


def _is_prime(number: int) -> bool:
    twos = (number - 1 & 1 - number).bit_length() - 1
    return all(_passes(number, base, twos) for base in _ROUNDS)


def _passes(number: int, base: int, twos: int) -> bool:
    value = pow(base, number - 1 >> twos, number)
    if value in (1, number - 1):
        return True
    for _ in range(twos - 1):
        value = value * value % number
        if value == number - 1:
            return True
    return False
