"""Certificates that are small, well formed on the outside, and costly to judge."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Final

from tests.promises import raw
from tests.promises.raw import tlv

ROOM: Final = 127 * 1024
"""Below what chainlab takes for a certificate."""


def _san(names: Iterable[bytes]) -> bytes:
    return raw.extension(raw.SUBJECT_ALT_NAME, tlv(raw.SEQUENCE, *names))


def _dns(text: str) -> bytes:
    return tlv(0x82, text.encode())


def _subtrees(tag: int, names: Iterable[bytes]) -> bytes:
    return tlv(tag, *(tlv(raw.SEQUENCE, name) for name in names))


def _constraints(*subtrees: bytes) -> bytes:
    return raw.extension(raw.NAME_CONSTRAINTS, tlv(raw.SEQUENCE, *subtrees), critical=True)


def names_times_constraints() -> list[bytes]:
    """As many SANs as fit, under as many subtrees as fit, none of which decides early."""
    leaf = raw.leaf("I", "www.example.test", _san(_dns(f"{n:x}.x.a") for n in range(12_000)))
    trees = [_dns(f"{n:x}.b") for n in range(11_000)]
    return [leaf, raw.ca("I", "R", _constraints(_subtrees(0xA1, trees))), raw.ca("R", "R")]


def directory_names_times_constraints() -> list[bytes]:
    """The same with directory names, which are costlier to compare."""
    leaf = raw.leaf("I", "www.example.test", _san(tlv(0xA4, raw.name(f"{n:x}")) for n in range(6_000)))
    trees = [tlv(0xA4, raw.name(f"x{n:x}")) for n in range(5_000)]
    return [leaf, raw.ca("I", "R", _constraints(_subtrees(0xA1, trees))), raw.ca("R", "R")]


def addresses_times_constraints() -> list[bytes]:
    """The same with IP addresses."""
    leaf = raw.leaf("I", "www.example.test", _san(tlv(0x87, n.to_bytes(4, "big")) for n in range(20_000)))
    trees = [tlv(0x87, (0x0A000000 + n).to_bytes(4, "big") + b"\xff" * 4) for n in range(9_000)]
    return [leaf, raw.ca("I", "R", _constraints(_subtrees(0xA1, trees))), raw.ca("R", "R")]


def mixed_times_constraints() -> list[bytes]:
    """Ten CAs in a row, each with thousands of permitted and excluded subtrees."""
    leaf = raw.leaf("CA 0", "www.example.test", _san(_dns(f"{n:x}.x.a") for n in range(12_000)))
    trees = _constraints(_subtrees(0xA0, [_dns("a")]), _subtrees(0xA1, [_dns(f"{n:x}.b") for n in range(11_000)]))
    cas = [raw.ca(f"CA {n}", f"CA {n + 1}", trees) for n in range(9)]
    return [leaf, *cas, raw.ca("CA 9", "CA 9")]


def many_names() -> list[bytes]:
    """A leaf with as many names as fit."""
    return [raw.leaf("R", "a.test", _san(_dns(f"{n:x}.a") for n in range(14_000))), raw.ca("R", "R")]


def _policy(number: int) -> bytes:
    return tlv(raw.OID, b"\x2a\x03" + bytes([0x81, number >> 7 & 0x7F | 0x80, number & 0x7F]))


def policy_mappings(width: int, depth: int) -> list[bytes]:
    """Every policy maps to every other, CA over CA (the tree of CVE-2023-0464 in OpenSSL)."""
    policies = raw.extension(raw.POLICIES, tlv(raw.SEQUENCE, *(tlv(raw.SEQUENCE, _policy(n)) for n in range(width))))
    pairs = [tlv(raw.SEQUENCE, _policy(a), _policy(b)) for a in range(width) for b in range(width)]
    mapped = raw.extension(raw.POLICY_MAPPINGS, tlv(raw.SEQUENCE, *pairs), critical=True)
    required = raw.extension("551d24", tlv(raw.SEQUENCE, tlv(0x80, b"\0")), critical=True)
    cas = [raw.ca(f"CA {n}", f"CA {n + 1}", policies, mapped, required) for n in range(depth)]
    san = _san([_dns("www.example.test")])
    return [raw.leaf("CA 0", "www.example.test", san, policies), *cas, raw.ca(f"CA {depth}", f"CA {depth}")]


def many_policies() -> list[bytes]:
    """Thousands of policies on every level, without a mapping."""
    policies = raw.extension(raw.POLICIES, tlv(raw.SEQUENCE, *(tlv(raw.SEQUENCE, _policy(n)) for n in range(9_000))))
    required = raw.extension("551d24", tlv(raw.SEQUENCE, tlv(0x80, b"\0")), critical=True)
    cas = [raw.ca(f"CA {n}", f"CA {n + 1}", policies, required) for n in range(8)]
    san = _san([_dns("www.example.test")])
    return [raw.leaf("CA 0", "www.example.test", san, policies), *cas, raw.ca("CA 8", "CA 8")]


def rsa(bits: int, exponent: int = 65537, copies: int = 1) -> list[bytes]:
    """Certificates under an RSA key of that size; nothing was really signed with it."""
    modulus = random.Random(bits).getrandbits(bits) | 1 << bits - 1 | 1
    public = raw.rsa_spki(modulus, exponent)
    algorithm = bytes.fromhex("300d06092a864886f70d01010b0500")
    signature = b"\1" + bytes(bits // 8 - 1)
    root = raw.certificate(raw.name("R"), raw.name("R"), public, signature, raw.CA, algorithm=algorithm)
    san = _san([_dns("www.example.test")])
    leaves = [
        raw.certificate(raw.name("www.example.test"), raw.name("R"), raw.spki("leaf"), signature, san,
                        serial=number + 1, algorithm=algorithm)
        for number in range(copies)
    ]  # fmt: skip
    return [*leaves, root]


def odd_curves() -> list[bytes]:
    """Elliptic-curve keys with explicit parameters, an unknown curve, a point that is on none, and none at all."""
    explicit = tlv(raw.SEQUENCE, raw.integer(1), tlv(raw.SEQUENCE, bytes.fromhex("06072a8648ce3d0101"),
                   raw.integer(1 << 521)), tlv(raw.SEQUENCE, tlv(raw.OCTETS, bytes(10_000)), tlv(raw.OCTETS, b"\1")),
                   tlv(raw.OCTETS, b"\4" + bytes(64)), raw.integer(1 << 10_000))  # fmt: skip
    curves = (explicit, bytes.fromhex("06052b81040063"), bytes.fromhex("06082a8648ce3d030107"), b"", b"\x05\0")
    ec_key = bytes.fromhex("06072a8648ce3d0201")
    made = []
    for number, curve in enumerate(curves):
        public = tlv(raw.SEQUENCE, tlv(raw.SEQUENCE, ec_key, curve), tlv(raw.BITS, b"\0\4", bytes(63), b"\7"))
        name = raw.name(f"R{number}")
        made += [raw.leaf(f"R{number}"), raw.certificate(name, name, public, bytes(70), raw.CA)]
    return made


def binary_curve() -> list[bytes]:
    """Signatures under the largest curve that OpenSSL knows in characteristic two."""
    public = tlv(raw.SEQUENCE, tlv(raw.SEQUENCE, bytes.fromhex("06072a8648ce3d0201"), bytes.fromhex("06052b81040027")),
                 tlv(raw.BITS, b"\0\4", bytes(144)))  # fmt: skip
    return [raw.leaf("R"), raw.certificate(raw.name("R"), raw.name("R"), public, bytes(70), raw.CA)]


def long_name() -> list[bytes]:
    """One attribute that fills the certificate."""
    text = "x" * (ROOM // 2 - 500)
    return [raw.certificate(raw.name(text), raw.name(text), raw.spki("a"), "a")]


def huge_name() -> list[bytes]:
    """A name of 20 MB."""
    return [raw.certificate(raw.name("x" * 20_000_000), raw.name("R"), raw.spki("a"), "a")]


def many_rdns() -> list[bytes]:
    """As many RDNs as fit, in subject and issuer."""
    name = raw.name(*["x"] * 4_500)
    return [raw.certificate(name, name, raw.spki("a"), "a", raw.CA), raw.leaf("a"), _under(name)]


def _under(issuer: bytes) -> bytes:
    san = _san([_dns("www.example.test")])
    return raw.certificate(raw.name("www.example.test"), issuer, raw.spki("leaf"), "a", san)


def wide_rdn() -> list[bytes]:
    """One RDN of as many attributes as fit: a set, whose order has to be settled."""
    pairs = (tlv(raw.SEQUENCE, bytes.fromhex("0603550403"), tlv(raw.UTF8, b"x%d" % n)) for n in range(3_000))
    name = tlv(raw.SEQUENCE, tlv(raw.SET, *sorted(pairs)))
    return [raw.certificate(name, name, raw.spki("a"), "a", raw.CA), _under(name)]


def many_extensions() -> list[bytes]:
    """Thousands of extensions, each once."""
    extensions = [raw.extension("2a03" + f"{0x81:02x}{n >> 7 | 0x80:02x}{n & 0x7F:02x}", b"\5\0") for n in range(8_000)]
    return [raw.leaf("R", "www.example.test", *extensions), raw.ca("R", "R")]


def same_extensions() -> list[bytes]:
    """One extension thousands of times, which nothing allows."""
    return [raw.leaf("R", "www.example.test", *[_san([_dns("www.example.test")])] * 3_000), raw.ca("R", "R")]


def deep_extension(oid: str) -> list[bytes]:
    """SEQUENCEs within one another where an extension's value should be."""
    deep = raw.extension(oid, raw.nested(20_000))
    return [raw.leaf("R", "www.example.test", deep), raw.ca("R", "R", deep)]


def constructed_strings() -> list[bytes]:
    """A string of strings of strings (CVE-2009-ish: indefinite recursion in decoders of BER)."""
    deep = tlv(raw.SEQUENCE, tlv(raw.SET, tlv(raw.SEQUENCE, bytes.fromhex("0603550403"), raw.nested(20_000, 0x2C))))
    return [raw.certificate(deep, raw.name("R"), raw.spki("a"), "a"), raw.leaf("R"), raw.ca("R", "R")]


def aia(count: int) -> list[bytes]:
    """Thousands of addresses of the issuer."""
    access = tlv(raw.SEQUENCE, bytes.fromhex("06082b06010505073002"), tlv(0x86, b"http://a/"))
    return [raw.leaf("R", "www.example.test", raw.extension("2b06010505070101", tlv(raw.SEQUENCE, access * count)))]


def many_leaves(count: int) -> list[bytes]:
    """As many server certificates, each a target of its own."""
    return [*(raw.leaf("R", f"{n}.example.test") for n in range(count)), raw.ca("R", "R")]


def _pem(folder: Path, make: Callable[[], list[bytes]]) -> Path:
    path = folder / "input.pem"
    path.write_bytes(raw.pem(*make()))
    return path


def _der(folder: Path, make: Callable[[], bytes]) -> Path:
    path = folder / "input.der"
    path.write_bytes(make())
    return path


def _pkcs7(content: bytes) -> bytes:
    return tlv(raw.SEQUENCE, bytes.fromhex("06092a864886f70d010702"), tlv(0xA0, content))


def _signed(certificates: bytes) -> bytes:
    data = tlv(raw.SEQUENCE, bytes.fromhex("06092a864886f70d010701"))
    return _pkcs7(tlv(raw.SEQUENCE, raw.integer(1), tlv(raw.SET), data, tlv(0xA0, certificates), tlv(raw.SET)))


_PEMS: Final[tuple[tuple[str, Callable[[], list[bytes]], str], ...]] = (
    ("12000 names under 11000 constraints", names_times_constraints, ""),
    ("6000 directory names under 5000 constraints", directory_names_times_constraints, ""),
    ("20000 addresses under 9000 constraints", addresses_times_constraints, ""),
    ("12000 names under nine CAs' constraints", mixed_times_constraints, ""),
    ("14000 names", many_names, ""),
    ("50 policies that map to each other on 8 levels", partial(policy_mappings, 50, 8), ""),
    ("2 policies that map to each other on 28 levels", partial(policy_mappings, 2, 28), ""),
    ("9000 policies on 8 levels", many_policies, ""),
    ("RSA of 64 kbit", partial(rsa, 65_536), ""),
    ("RSA of 500 kbit", partial(rsa, 500_000), ""),
    ("RSA of 16 kbit, 100 certificates", partial(rsa, 16_384, copies=100), ""),
    ("RSA of 16 kbit with an exponent of 16 kbit", partial(rsa, 16_384, (1 << 16_383) + 1), ""),
    ("RSA of 3072 bit with an exponent of 3072 bit, 50 certificates", partial(rsa, 3072, (1 << 3071) + 1, 50), ""),
    ("odd curves", odd_curves, ""),
    ("a point at infinity on a binary curve", binary_curve, ""),
    ("a name of 60 KB", long_name, ""),
    ("a name of 20 MB", huge_name, "no certificate"),
    ("4500 RDNs", many_rdns, ""),
    ("an RDN of 3000 attributes", wide_rdn, ""),
    ("8000 extensions", many_extensions, ""),
    ("one extension 3000 times", same_extensions, ""),
    ("20000 nested SEQUENCEs as SAN", partial(deep_extension, raw.SUBJECT_ALT_NAME), ""),
    ("20000 nested SEQUENCEs as name constraints", partial(deep_extension, raw.NAME_CONSTRAINTS), ""),
    ("20000 nested SEQUENCEs as policies", partial(deep_extension, raw.POLICIES), ""),
    ("20000 nested strings", constructed_strings, ""),
    ("5000 addresses of the issuer", partial(aia, 5_000), ""),
    ("200 server certificates", partial(many_leaves, 200), ""),
)

_DERS: Final[tuple[tuple[str, Callable[[], bytes], str], ...]] = (
    ("10^5 nested SEQUENCEs", partial(raw.nested, 100_000), ""),
    ("10^5 nested SEQUENCEs in PKCS #7", lambda: _pkcs7(raw.nested(100_000)), ""),
    ("10^5 nested SEQUENCEs as a certificate of PKCS #7", lambda: _signed(raw.nested(100_000)), ""),
    ("10^6 empty certificates in PKCS #7", lambda: _signed(b"\x30\0" * 1_000_000), ""),
    ("a length of 2^1000", lambda: b"\x30\xfd" + b"\xff" * 125, ""),
)

ALL: Final[tuple[tuple[str, Callable[[Path], Path], str], ...]] = (
    *((name, partial(_pem, make=make), says) for name, make, says in _PEMS),
    *((name, partial(_der, make=make), says) for name, make, says in _DERS),
)
