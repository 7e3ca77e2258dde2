"""The catalogue of well-known CA certificates: roots of the trust-store snapshots, issuing CAs and cross-signs.

A certificate whose encoding ships (``roots.pem``) is decoded on first use; the others are known by their published
facts alone. Nothing is decoded that an answer does not touch.
"""

from __future__ import annotations

import json
from base64 import b64decode
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

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

DATA: Final = Path(__file__).parent / "data"
_PEM_END: Final = "-----END CERTIFICATE-----\n"

Row = Mapping[str, Any]
Twins = Mapping[str, bytes]
"""Laboratory twins: SHA-256 of a real certificate -> DER of the certificate that stands in its place."""


class Catalog:
    """Look-ups over catalogued certificates; load it with ``Catalog.load``."""

    def __init__(self, rows: Iterable[Row], encodings: Mapping[str, str] | None = None, twins: Twins | None = None):
        """``rows`` are the facts, ``encodings`` maps fingerprints to PEM bodies, ``twins`` replace rows."""
        self._rows = {row["sha256"]: row for row in rows}
        self._encodings = encodings or {}
        self._certificates: dict[str, Certificate] = {}
        self._stands_for: dict[str, str] = {}
        self._twin_of: dict[str, str] = {}
        for original, der in (twins or {}).items():
            self._replace(original, decode_certificate(der))
        self._by_subject: dict[str, list[str]] = defaultdict(list)
        self._by_ski: dict[str, list[str]] = defaultdict(list)
        for sha256, row in self._rows.items():
            self._by_subject[Name(row["subject"]).key].append(sha256)
            if "ski" in row:
                self._by_ski[row["ski"]].append(sha256)

    @classmethod
    def load(cls, twins: Twins | None = None, data: Path = DATA) -> Catalog:
        """The catalogue that ships with chainlab, with ``twins`` in place of the certificates they stand for."""
        rows = read_json_lines(data / "certificates.jsonl")
        return cls(rows, _encodings(data), twins)

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
        return len(self._rows)

    def __contains__(self, sha256: str) -> bool:
        return sha256 in self._rows

    def fingerprints(self) -> list[str]:
        """SHA-256 of every catalogued certificate, sorted."""
        return sorted(self._rows)

    def public_identity(self, sha256: str) -> str:
        """The fingerprint under which trust-store data knows this certificate (differs for laboratory twins only)."""
        return self._stands_for.get(sha256, sha256)

    def held_identity(self, sha256: str) -> str:
        """The inverse of ``public_identity``: the certificate that stands for this published fingerprint."""
        return self._twin_of.get(sha256, sha256)

    def get(self, sha256: str) -> Certificate | None:
        """The certificate with this fingerprint; decoded at first use where its encoding ships."""
        held = self._certificates.get(sha256)
        if held is None and sha256 in self._rows:
            held = self._certificates[sha256] = self._materialise(sha256)
        return held

    def _materialise(self, sha256: str) -> Certificate:
        row = self._rows[sha256]
        body = self._encodings.get(sha256)
        if body is None:
            return certificate_from_facts(row)
        certificate = decode_certificate(b64decode(body))
        if certificate.sha256 != sha256:
            raise ValueError(f"catalogue data is damaged: the encoding filed under {sha256} is {certificate.sha256}")
        return certificate

    def by_subject(self, name: Name) -> list[Certificate]:
        """Catalogued certificates with this subject name (``Name.key``), sorted by fingerprint."""
        return self._all(self._by_subject.get(name.key, ()))

    def by_ski(self, key_id: bytes) -> list[Certificate]:
        """Catalogued certificates with this subject key identifier, sorted by fingerprint."""
        return self._all(self._by_ski.get(key_id.hex(), ()))

    def by_sha1(self, thumbprints: Iterable[str]) -> list[Certificate]:
        """Catalogued certificates with these SHA-1 thumbprints (lower-case hexadecimal), sorted by fingerprint."""
        wanted = set(thumbprints)
        if not wanted:
            return []
        matching = (sha256 for sha256, row in self._rows.items() if self._sha1(sha256, row) in wanted)
        return self._all(matching)

    def _sha1(self, sha256: str, row: Row) -> str:
        held = self._certificates.get(sha256)
        return held.sha1 if held is not None else str(row.get("sha1", ""))

    def _all(self, fingerprints: Iterable[str]) -> list[Certificate]:
        found = (self.get(sha256) for sha256 in sorted(fingerprints))
        return [certificate for certificate in found if certificate is not None]

    def closure(self, certificates: Iterable[Certificate]) -> list[Certificate]:
        """Every catalogued certificate that can stand above one of ``certificates`` in some path.

        Cross-signs included: all certificates for the name or key identifier of an issuer, and so on upwards.
        """
        found: dict[str, Certificate] = {}
        waiting = list(certificates)
        while waiting:
            child = waiting.pop()
            key_id = child.aki.key_id
            above = self.by_subject(child.issuer) + (self.by_ski(key_id) if key_id is not None else [])
            for certificate in above:
                if certificate.sha256 not in found:
                    found[certificate.sha256] = certificate
                    waiting.append(certificate)
        return [found[key] for key in sorted(found)]

    def facts(self, sha256: str) -> Row:
        """The published facts as they stand in the data file; empty for an unknown fingerprint."""
        return self._rows.get(sha256, {})


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
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


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
