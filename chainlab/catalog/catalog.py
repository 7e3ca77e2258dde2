"""The catalogue of well-known CA certificates: roots of the trust-store snapshots, issuing CAs and cross-signs.

A certificate whose encoding ships (``roots.pem``) is decoded on first use; the others are known by their published
facts alone. Nothing is decoded that an answer does not touch.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from chainlab.certificate import (
    AuthorityKeyIdentifier,
    BasicConstraints,
    Certificate,
    Extensions,
    Name,
    PublicKeyInfo,
    SignatureInfo,
)
from chainlab.decoding import decode_certificate

if TYPE_CHECKING:
    from chainlab.catalog.imported import Imported

DATA: Final = Path(__file__).parent / "data"
IMPORTED_FILE: Final = "certificates.sqlite3"
"""The imported encodings in their folder (``chainlab.catalog.imported``)."""

MIN_DIGITS: Final = 6
"""Hexadecimal digits from which on a search text can be the beginning of a fingerprint."""

_NOT_HEX: Final = re.compile(r"[\s:-]")
_WORD: Final = re.compile(r"[^0-9A-Fa-f\s:-]")
_PEM_END: Final = "-----END CERTIFICATE-----\n"

Row = Mapping[str, Any]
Twins = Mapping[str, bytes]
"""Laboratory twins: SHA-256 of a real certificate -> DER of the certificate that stands in its place."""


class Catalog:
    """Look-ups over catalogued certificates; load it with ``Catalog.load``."""

    def __init__(
        self,
        rows: Iterable[Row],
        encodings: Mapping[str, str] | None = None,
        twins: Twins | None = None,
        imported: Imported | None = None,
    ):
        """``rows`` are the facts, ``encodings`` maps fingerprints to PEM bodies, ``twins`` replace rows."""
        self._imported = imported
        self._rows = {row["sha256"]: row for row in rows}
        self._encodings = encodings or {}
        self._certificates: dict[str, Certificate] = {}
        self._stands_for: dict[str, str] = {}
        self._twin_of: dict[str, str] = {}
        for original, der in (twins or {}).items():
            self._replace(original, decode_certificate(der))
        self._by_subject: dict[str, list[str]] = defaultdict(list)
        self._by_ski: dict[str, list[str]] = defaultdict(list)
        self._by_issuer: dict[str, list[str]] | None = None
        self._named: dict[str, tuple[Certificate, ...]] = {}
        for sha256, row in self._rows.items():
            self._by_subject[Name(row["subject"]).key].append(sha256)
            if "ski" in row:
                self._by_ski[row["ski"]].append(sha256)

    @classmethod
    def load(cls, twins: Twins | None = None, data: Path = DATA, imported: Path | None = None) -> Catalog:
        """The catalogue that ships with chainlab, with ``twins`` in place of the certificates they stand for.

        ``imported`` is the folder of the user's own encodings; a laboratory leaves them out, its world is complete.
        """
        rows = read_json_lines(data / "certificates.jsonl")
        return cls(rows, _encodings(data), twins, None if twins else _imported(imported))

    def _replace(self, original: str, twin: Certificate) -> None:
        self._rows.pop(original, None)
        self._certificates[twin.sha256] = twin
        self._stands_for[twin.sha256] = original
        self._twin_of[original] = twin.sha256
        row: dict[str, Any] = {"sha256": twin.sha256, "subject": twin.subject.text, "issuer": twin.issuer.text}
        if twin.ski is not None:
            row["ski"] = twin.ski.hex()
        self._rows[twin.sha256] = row

    def __len__(self) -> int:
        return len(self.fingerprints())

    def __contains__(self, sha256: str) -> bool:
        return sha256 in self._rows or self._imported_der(sha256) is not None

    def publishes(self, sha256: str) -> bool:
        """Whether chainlab's own data has it, as a certificate of a public CA; what users imported does not count."""
        return sha256 in self._rows

    def fingerprints(self) -> list[str]:
        """SHA-256 of every catalogued or imported certificate, sorted."""
        imported = self._imported.fingerprints() if self._imported is not None else ()
        return sorted({*self._rows, *imported})

    def encoding(self, sha256: str) -> str:
        """Where a certificate's encoding comes from: ``shipped``, ``imported``, or empty: only facts are known."""
        if sha256 in self._encodings or sha256 in self._stands_for:
            return "shipped"
        return "imported" if self._imported_der(sha256) is not None else ""

    def origin(self, sha256: str) -> str:
        """The file that an imported certificate came from; empty for others."""
        return self._imported.origin(sha256) if self._imported is not None else ""

    def search(self, wanted: str) -> list[Certificate]:
        """Certificates by the beginning of a SHA-256 or SHA-1 fingerprint, or by a part of the subject; sorted."""
        digits, words = _NOT_HEX.sub("", wanted).lower(), Name(wanted).key
        if len(digits) >= MIN_DIGITS and not _WORD.search(wanted):
            return self._all({prints[0] for *prints, _ in self._keys() if any(p.startswith(digits) for p in prints)})
        return self._all({sha256 for sha256, _, subject in self._keys() if words in subject})

    def _keys(self) -> Iterator[tuple[str, str, str]]:
        for sha256, row in self._rows.items():
            yield sha256, self._sha1(sha256, row), Name(row["subject"]).key
        if self._imported is not None:
            yield from self._imported.subjects()

    def _imported_der(self, sha256: str) -> bytes | None:
        return self._imported.der(sha256) if self._imported is not None else None

    def public_identity(self, sha256: str) -> str:
        """The fingerprint under which trust-store data knows this certificate (differs for laboratory twins only)."""
        return self._stands_for.get(sha256, sha256)

    def held_identity(self, sha256: str) -> str:
        """The inverse of ``public_identity``: the certificate that stands for this published fingerprint."""
        return self._twin_of.get(sha256, sha256)

    def get(self, sha256: str) -> Certificate | None:
        """The certificate with this fingerprint; decoded at first use where its encoding ships."""
        held = self._certificates.get(sha256)
        if held is None:
            held = self._materialise(sha256)
            if held is not None:
                self._certificates[sha256] = held
        return held

    def _materialise(self, sha256: str) -> Certificate | None:
        row, body = self._rows.get(sha256), self._encodings.get(sha256)
        if row is None or body is None:
            der = self._imported_der(sha256)
            if der is not None:
                published = tuple(row.get("published_at", ())) if row is not None else ()
                return replace(decode_certificate(der), published_at=published)
            return certificate_from_facts(row) if row is not None else None
        certificate = decode_certificate(b64decode(body))
        if certificate.sha256 != sha256:
            raise ValueError(f"catalogue data is damaged: the encoding filed under {sha256} is {certificate.sha256}")
        return certificate

    def by_subject(self, name: Name) -> tuple[Certificate, ...]:
        """Catalogued certificates with this subject name (``Name.key``), sorted by fingerprint."""
        found = self._named.get(name.key)
        if found is None:
            imported = self._imported.with_subject(name.key) if self._imported is not None else ()
            found = tuple(self._all({*self._by_subject.get(name.key, ()), *imported}))
            if found:  # there are no more of these names than catalogued certificates
                self._named[name.key] = found
        return found

    def by_ski(self, key_id: bytes) -> list[Certificate]:
        """Catalogued certificates with this subject key identifier, sorted by fingerprint."""
        imported = self._imported.with_ski(key_id.hex()) if self._imported is not None else ()
        return self._all({*self._by_ski.get(key_id.hex(), ()), *imported})

    def by_sha1(self, thumbprints: Iterable[str]) -> list[Certificate]:
        """Catalogued certificates with these SHA-1 thumbprints (lower-case hexadecimal), sorted by fingerprint."""
        wanted = set(thumbprints)
        if not wanted:
            return []
        matching = {sha256 for sha256, row in self._rows.items() if self._sha1(sha256, row) in wanted}
        if self._imported is not None:
            matching.update(sha256 for sha1 in wanted for sha256 in self._imported.with_sha1(sha1))
        return self._all(matching)

    def _sha1(self, sha256: str, row: Row) -> str:
        held = self._certificates.get(sha256)
        return held.sha1 if held is not None else str(row.get("sha1", ""))

    def _all(self, fingerprints: Iterable[str]) -> list[Certificate]:
        found = (self.get(sha256) for sha256 in sorted(fingerprints))
        return [certificate for certificate in found if certificate is not None]

    def issued_by(self, authority: Certificate) -> list[Certificate]:
        """Certificates that name this authority as their issuer, and are neither it nor self-signed; sorted."""
        key = authority.subject.key
        if self._by_issuer is None:
            self._by_issuer = defaultdict(list)
            for sha256, row in self._rows.items():
                if "issuer" in row:  # where it is not stated, the certificate is a root
                    self._by_issuer[Name(row["issuer"]).key].append(sha256)
        imported = self._imported.with_issuer(key) if self._imported is not None else ()
        named = self._all({*self._by_issuer.get(key, ()), *imported})
        return [c for c in named if c.entity != authority.entity and not c.looks_self_signed]

    def closure(self, certificates: Iterable[Certificate]) -> list[Certificate]:
        """Every catalogued certificate that can stand above one of ``certificates`` in some path.

        Cross-signs included: all certificates for the name or key identifier of an issuer, and so on upwards.
        """
        found: dict[str, Certificate] = {}
        waiting = list(certificates)
        while waiting:
            child = waiting.pop()
            key_id = child.aki.key_id
            above = [*self.by_subject(child.issuer), *(self.by_ski(key_id) if key_id is not None else ())]
            for certificate in above:
                if certificate.sha256 not in found:
                    found[certificate.sha256] = certificate
                    waiting.append(certificate)
        return [found[key] for key in sorted(found)]

    def facts(self, sha256: str) -> Row:
        """The published facts as they stand in the data file; empty for an unknown fingerprint."""
        return self._rows.get(sha256, {})


def _imported(folder: Path | None) -> Imported | None:
    """What the user has imported into the folder, or ``None`` if nothing ever was."""
    if folder is None or not (folder / IMPORTED_FILE).is_file():
        return None
    from chainlab.catalog.imported import Imported  # most users import nothing

    return Imported(folder)


def read_json_lines(path: Path) -> list[Any]:
    """The values of a JSON-lines file; one decoder call for the whole file is twice as fast as one a line."""
    lines = path.read_text(encoding="utf-8").splitlines()
    values: list[Any] = json.loads("[" + ",".join(lines) + "]")
    return values


def _encodings(data: Path) -> dict[str, str]:
    """SHA-256 -> base64 body; blocks of ``roots.pem`` stand in the order of ``roots.sha256``."""
    blocks = (data / "roots.pem").read_text(encoding="ascii").split(_PEM_END)[:-1]
    fingerprints = (data / "roots.sha256").read_text(encoding="ascii").split()
    return {sha256: block[block.index("\n") + 1 :] for sha256, block in zip(fingerprints, blocks, strict=True)}


def parse_instant(text: str) -> datetime:
    """A time of the data files (``2026-11-20T00:00:00Z``) as an aware ``datetime``."""
    return datetime.fromisoformat(text)  # a tenth of strptime's time; lists have hundreds of them


def certificate_from_facts(row: Row) -> Certificate:
    """A catalogued certificate, without encoding, from one row of published facts."""
    algorithm, _, size = row["key"].partition("-")
    constraints = BasicConstraints(row["ca"], row.get("path_len")) if "ca" in row else None
    aki = AuthorityKeyIdentifier(bytes.fromhex(row["aki"])) if "aki" in row else None
    return Certificate(
        sha256=row["sha256"],
        sha1=row["sha1"],
        subject=Name(row["subject"]),
        issuer=Name(row.get("issuer", row["subject"])),
        serial=int(row["serial"], 16),
        not_before=parse_instant(row["not_before"]),
        not_after=parse_instant(row["not_after"]),
        spki_sha256=row["spki_sha256"],
        key=PublicKeyInfo(algorithm, int(size) if size.isdigit() else 0),
        signature=SignatureInfo("", row.get("signature_hash", "")),
        extensions=Extensions(
            basic_constraints=constraints,
            extended_key_usage=tuple(row["eku"]) if "eku" in row else None,
            subject_key_identifier=bytes.fromhex(row["ski"]) if "ski" in row else None,
            authority_key_identifier=aki,
        ),
        published_at=tuple(row.get("published_at", ())),
    )
