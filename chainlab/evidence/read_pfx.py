"""PFX / PKCS#12 (RFC 7292): certificates with their bag attributes and order; private keys stay closed.

Wrong, missing and empty passwords are told apart by the MAC. Windows' own bag attributes are kept: the key
container's provider, the machine-keyset mark, and 1.3.6.1.4.1.311.17.3.N, which is certificate property N ("export
all extended properties").
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from chainlab.der import MALFORMED, more_than
from chainlab.errors import InputError, LimitError, PasswordError
from chainlab.evidence.model import CertificateEvidence, ContainerEvidence, Item, KeyPresence, Place
from chainlab.evidence.pkcs12_crypto import (
    Iterations,
    UnsupportedError,
    WrongPasswordError,
    bmp_password,
    decrypt,
    encodings_of,
    encryption_name,
    mac_holds,
    mac_name,
)
from chainlab.evidence.read_der import shape
from chainlab.evidence.reading import ReadOptions, certificate_item
from chainlab.findings import BROKEN_PART, MANY_KEYS, MODERN_PFX, NO_MAC, UNUSED_PART, Finding
from chainlab.properties import FRIENDLY_NAME, derive
from chainlab.records import dataclass, field

FORMAT = "PFX"
PRIORITY = 300

MAX_BAGS = 10_000
MAX_NESTING = 5
MAX_ATTRIBUTES = 1_000
"""Of one bag; Windows writes a dozen at most."""

_PROPERTY_PREFIX = "1.3.6.1.4.1.311.17.3."
_CSP_NAME = "1.3.6.1.4.1.311.17.1"
_MACHINE_KEYSET = "1.3.6.1.4.1.311.17.2"
_FRIENDLY_NAME = "1.2.840.113549.1.9.20"
_LOCAL_KEY_ID = "1.2.840.113549.1.9.21"
_BAGS = "1.2.840.113549.1.12.10.1."
_JAVA_TRUSTED = "2.16.840.1.113894.746875.1.1"
_KEYTOOL_ITERATIONS = frozenset(
    {1024, 10_000, 100_000}
)  # Java up to 8u301 and others; since 17; 8u301 to 16 [M for 17]

JAVA_PASSWORD = "changeit"  # noqa: S105 the documented default of Java's trust stores, no secret
"""Tried where a store looks like Java's, since every Java installation ships its roots under it."""


def sniff(data: bytes) -> bool:
    """A SEQUENCE that begins with the version 3."""
    return shape(data) == "pfx"


@dataclass(slots=True)
class _Bag:
    """One bag with its decoded attributes."""

    kind: str
    value: Any
    number: int
    attributes: dict[str, Any] = field(default_factory=dict)

    @property
    def local_key_id(self) -> bytes | None:
        return self.attributes.get(_LOCAL_KEY_ID)


def read(data: bytes, place: Place, options: ReadOptions) -> Iterator[Item]:
    """The container's facts, its certificates in bag order, and findings."""
    if len(data) > options.limits.pfx_bytes:
        raise LimitError(str(place), f"{len(data)} bytes is more than the cap of {options.limits.pfx_bytes} for a PFX")
    try:
        yield from _Reader(data, place, options).items()
    except OverflowError as error:
        cap = options.limits.iterations
        raise LimitError(str(place), f"{error} (cap {cap})", hint="raise --max-iterations if you trust it") from None
    except UnsupportedError as error:
        raise InputError(str(place), f"the PFX uses an unknown algorithm: {error}") from None
    except MALFORMED as error:
        raise InputError(str(place), f"damaged PFX ({error})", hint="export it again") from None


class _Reader:
    """The walk over one PFX."""

    def __init__(self, data: bytes, place: Place, options: ReadOptions) -> None:
        from asn1crypto import pkcs12

        self.place, self.options = place, options
        self.budget = Iterations(options.limits.iterations)
        self.pfx = pkcs12.Pfx.load(data)
        self.password = b"\0\0"
        self.encryption: list[str] = []
        self.problems: list[Finding] = []

    def items(self) -> Iterator[Item]:
        content = self._content()
        self._open(content)
        bags = list(self._bags(content, 0))
        yield self._container(bags)
        yield from self.problems
        yield from self._certificates(bags)

    def _content(self) -> bytes:
        safe = self.pfx["auth_safe"]
        kind = safe["content_type"].native
        if kind != "data":
            found = f"the PFX is protected by public key ('{kind}', e.g. for a domain user or group)"
            hint = "export it with a password on the machine that can open it"
            raise InputError(str(self.place), found, expected="password protection", hint=hint)
        content: bytes = safe["content"].native
        return content

    def _open(self, content: bytes) -> None:
        """Find the password that the MAC confirms: none, the empty one, then the one that was given."""
        mac = self.pfx["mac_data"]
        if mac.native is None:
            self.problems.append(Finding(NO_MAC, {"place": str(self.place)}))
            given = self.options.password(str(self.place)) if self._encrypted(content) else None
            self.password = bmp_password(given) if given else b"\0\0"
            return
        for encoded in encodings_of(None):
            if mac_holds(mac, content, encoded, self.budget):
                self.password = encoded
                return
        if self._by_keytool(mac) and mac_holds(mac, content, bmp_password(JAVA_PASSWORD), self.budget):
            self.password = bmp_password(JAVA_PASSWORD)
            return
        given = self.options.password(str(self.place))
        if given is None:
            hint = "give it with --password-env VAR or --password-file FILE"
            raise PasswordError(str(self.place), "the PFX needs a password, none was given", hint=hint)
        self.password = bmp_password(given)
        if not mac_holds(mac, content, self.password, self.budget):
            found = "wrong password" if given else "the PFX needs a password, the empty one is wrong"
            raise PasswordError(str(self.place), found)

    def _by_keytool(self, mac: Any) -> bool:
        """Whether the MAC is made as Java makes it; before decryption nothing else tells."""
        return mac["iterations"].native in _KEYTOOL_ITERATIONS

    def _encrypted(self, content: bytes) -> bool:
        return any(info["content_type"].native == "encrypted_data" for info in _authenticated_safe(content))

    def _bags(self, content: bytes, count: int) -> Iterator[_Bag]:
        for info in _authenticated_safe(content):
            kind = info["content_type"].native
            if kind == "data":
                safe = info["content"].native
            elif kind == "encrypted_data":
                safe = self._decrypt(info["content"]["encrypted_content_info"])
            else:
                place = str(self.place)
                self.problems.append(Finding(UNUSED_PART, {"place": place, "what": f"a part of type '{kind}'"}))
                continue
            for bag in self._safe_bags(safe, 0):
                count += 1
                if count > MAX_BAGS:
                    raise LimitError(str(self.place), f"more than {MAX_BAGS} bags")
                bag.number = count
                yield bag

    def _decrypt(self, encrypted: Any) -> bytes:
        algorithm = encrypted["content_encryption_algorithm"]
        self.encryption.append(encryption_name(algorithm))
        try:
            return decrypt(algorithm, encrypted["encrypted_content"].native, self.password, self.budget)
        except WrongPasswordError:
            missing = self.password == b"\0\0"
            found = "the PFX needs a password, none was given" if missing else "wrong password, or damaged content"
            raise PasswordError(str(self.place), found) from None

    def _safe_bags(self, safe: bytes, depth: int) -> Iterator[_Bag]:
        from asn1crypto import pkcs12

        if depth > MAX_NESTING:
            raise LimitError(str(self.place), f"bags are nested deeper than {MAX_NESTING}")
        contents = pkcs12.SafeContents.load(safe)
        if more_than(contents.contents, MAX_BAGS):
            raise LimitError(str(self.place), f"more than {MAX_BAGS} bags")
        for entry in contents:
            kind = entry["bag_id"].dotted.removeprefix(_BAGS)
            if kind == "6":
                yield from self._safe_bags(entry["bag_value"].dump(), depth + 1)
                continue
            yield _Bag(kind, entry["bag_value"], 0, _attributes(entry))

    def _container(self, bags: list[_Bag]) -> ContainerEvidence:
        mac = self.pfx["mac_data"]
        keys = [bag for bag in bags if bag.kind in ("1", "2")]
        keys_encryption = [
            encryption_name(bag.value["encryption_algorithm"]) if bag.kind == "2" else "none" for bag in keys
        ]
        facts: tuple[tuple[str, str], ...] = (
            ("certificates", str(sum(bag.kind == "3" for bag in bags))),
            ("private keys", str(len(keys))),
            ("integrity", "none" if mac.native is None else mac_name(mac)),
            ("certificate encryption", ", ".join(dict.fromkeys(self.encryption)) or "none"),
            ("key encryption", ", ".join(dict.fromkeys(keys_encryption)) or "none"),
        )
        facts += tuple(("key provider", name) for name in dict.fromkeys(_provider(bag) for bag in keys) if name)
        if any(_MACHINE_KEYSET in bag.attributes for bag in keys):
            facts += (("machine keyset", "yes"),)
        modern = [name for name in (*self.encryption, *keys_encryption) if name.startswith("AES")]
        if modern:
            self.problems.append(Finding(MODERN_PFX, {"place": str(self.place), "how": modern[0]}))
        if len(keys) > 1:
            self.problems.append(Finding(MANY_KEYS, {"place": str(self.place), "count": str(len(keys))}))
        return ContainerEvidence(self.place, FORMAT, facts)

    def _certificates(self, bags: list[_Bag]) -> Iterator[Item]:
        keys = [bag for bag in bags if bag.kind in ("1", "2")]
        key_ids = {bag.local_key_id for bag in keys if bag.local_key_id is not None}
        opened = self._public_keys(keys) if self.options.check_keys else frozenset()
        for bag in bags:
            position = self.place.at(f"bag {bag.number}")
            if bag.kind != "3":
                if bag.kind not in ("1", "2"):
                    kind = {"4": "a CRL", "5": "a secret"}.get(bag.kind, "an unknown bag")
                    yield Finding(UNUSED_PART, {"place": str(position), "what": kind})
                continue
            item = certificate_item(bag.value["cert_value"].parsed.dump(), position, FORMAT)
            if isinstance(item, CertificateEvidence):
                item = self._described(item, bag, key_ids, opened, bool(keys))
            yield item

    def _described(
        self,
        item: CertificateEvidence,
        bag: _Bag,
        key_ids: set[bytes],
        opened: frozenset[str],
        any_key: bool,
    ) -> CertificateEvidence:
        raw = {int(oid[len(_PROPERTY_PREFIX) :]): value for oid, value in bag.attributes.items() if _is_property(oid)}
        name = bag.attributes.get(_FRIENDLY_NAME, "")
        if name:
            raw.setdefault(FRIENDLY_NAME, name.encode("utf-16-le", "replace"))
        properties, _problems = derive(raw)
        if not any_key:
            key = KeyPresence.ABSENT
        elif item.certificate.spki_sha256 in opened or bag.local_key_id in key_ids:
            key = KeyPresence.PRESENT
        else:
            key = KeyPresence.ABSENT if key_ids or opened else KeyPresence.UNKNOWN
        trusted = True if _JAVA_TRUSTED in bag.attributes else None
        return replace(item, properties=properties, key=key, trusted=trusted)

    def _public_keys(self, keys: list[_Bag]) -> frozenset[str]:
        """SHA-256 of the public key of every private key; the private keys are opened only to compute that."""
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_private_key

        found = set()
        for bag in keys:
            try:
                plain = bag.value.dump()
                if bag.kind == "2":
                    value = bag.value
                    encrypted = value["encrypted_data"].native
                    plain = decrypt(value["encryption_algorithm"], encrypted, self.password, self.budget)
                public = load_der_private_key(plain, None).public_key()
                spki = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
            except (WrongPasswordError, *MALFORMED):
                place = str(self.place.at(f"bag {bag.number}"))
                self.problems.append(Finding(BROKEN_PART, {"place": place, "why": "the private key cannot be opened"}))
                continue
            found.add(hashlib.sha256(spki).hexdigest())
        return frozenset(found)


def _authenticated_safe(content: bytes) -> Any:
    from asn1crypto import pkcs12

    parts = pkcs12.AuthenticatedSafe.load(content)
    if more_than(parts.contents, MAX_BAGS):
        raise ValueError(f"more than {MAX_BAGS} parts")
    return parts


def _provider(bag: _Bag) -> str:
    """The name of the Windows key provider that a key bag asks for (Microsoft's CSP name attribute)."""
    return str(bag.attributes.get(_CSP_NAME, ""))


def _is_property(oid: str) -> bool:
    return oid.startswith(_PROPERTY_PREFIX) and oid[len(_PROPERTY_PREFIX) :].isdigit()


def _attributes(entry: Any) -> dict[str, Any]:
    """Bag attributes by OID: names as text, everything else as bytes; damaged ones are left out."""
    found: dict[str, Any] = {}
    attributes = entry["bag_attributes"]
    if more_than(attributes.contents or b"", MAX_ATTRIBUTES):
        raise ValueError(f"a bag with more than {MAX_ATTRIBUTES} attributes")
    for attribute in attributes or ():
        oid = attribute["type"].dotted
        try:
            values = attribute["values"]
            native = values[0].native if len(values) else b""
        except MALFORMED:
            continue
        if oid in (_FRIENDLY_NAME, _CSP_NAME):
            found[oid] = str(native).rstrip("\0")
        else:
            found[oid] = native if isinstance(native, bytes) else str(native).encode()
    return found
