"""Write certificates the way Windows and Java export them: PFX, SST, registry export, PEM, JKS."""

from __future__ import annotations

import hashlib
import hmac
import struct
from base64 import encodebytes
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from chainlab.certificate import Certificate
from chainlab.lab.pki import PrivateKey
from chainlab.properties import CERTIFICATE, FRIENDLY_NAME, SHA1_HASH
from chainlab.server import StoreName

_END: Final = b"\0" * 12
_REG_HEAD: Final = "Windows Registry Editor Version 5.00\r\n\r\n"
_REG_WIDTH: Final = 25
"""Bytes a line in a registry export; regedit breaks at 80 columns."""

_SALT: Final = 8
_MAC_KEY: Final = 3
"""The purpose of a MAC key in PKCS#12's key derivation (RFC 7292, B.3)."""

Properties = Mapping[int, bytes]


def pem(certificates: Iterable[Certificate]) -> str:
    """PEM blocks with a comment line each, as a server or a CA would hand them out."""
    return "".join(
        f"# {certificate.label}\n-----BEGIN CERTIFICATE-----\n"
        f"{encodebytes(_der(certificate)).decode()}-----END CERTIFICATE-----\n"
        for certificate in certificates
    )


def _der(certificate: Certificate) -> bytes:
    assert certificate.der is not None, "a catalogued certificate cannot be written"
    return certificate.der


def element(certificate: Certificate, properties: Properties | None = None) -> bytes:
    """A serialized certificate element: the properties, then the certificate."""
    records = {SHA1_HASH: bytes.fromhex(certificate.sha1), **(properties or {})}
    parts = [struct.pack("<III", identity, 1, len(data)) + data for identity, data in records.items()]
    der = _der(certificate)
    return b"".join(parts) + struct.pack("<III", CERTIFICATE, 1, len(der)) + der


def sst(certificates: Iterable[tuple[Certificate, Properties]]) -> bytes:
    """A serialized store with each certificate's properties."""
    return b"\0\0\0\0CERT" + b"".join(element(*entry) for entry in certificates) + _END


def friendly_name(text: str) -> Properties:
    """The friendly-name property."""
    return {FRIENDLY_NAME: text.encode("utf-16-le") + b"\0\0"}


def reg(entries: Iterable[tuple[StoreName, Certificate, Properties]]) -> bytes:
    """A registry export as regedit writes it: UTF-16LE with a byte order mark and CRLF."""
    text = _REG_HEAD
    for store, certificate, properties in entries:
        text += f"[{_key(store)}\\Certificates\\{certificate.sha1.upper()}]\r\n"
        text += f'"Blob"=hex:{_hex_lines(element(certificate, properties))}\r\n\r\n'
    return b"\xff\xfe" + text.encode("utf-16-le")


def _key(store: StoreName) -> str:
    hive = {
        "LocalMachine": "HKEY_LOCAL_MACHINE\\SOFTWARE",
        "CurrentUser": "HKEY_CURRENT_USER\\Software",
        "System": "HKEY_USERS\\S-1-5-18\\Software",
    }[store.location]
    policies = "Policies\\" if store.physical == ".GroupPolicy" else ""
    kind = "EnterpriseCertificates" if store.physical == ".Enterprise" else "SystemCertificates"
    name = "AuthRoot" if store.physical == ".AuthRoot" else store.logical
    return f"{hive}\\{policies}Microsoft\\{kind}\\{name}"


def _hex_lines(data: bytes) -> str:
    lines = [
        ",".join(f"{byte:02x}" for byte in data[start : start + _REG_WIDTH])
        for start in range(0, len(data), _REG_WIDTH)
    ]
    return ",\\\r\n  ".join(lines)


def pfx(leaf: Certificate, key: PrivateKey, chain: Sequence[Certificate], password: str = "", name: str = "") -> bytes:
    """A PFX with the leaf's key; without password it opens with the empty one, and nothing in it is encrypted.

    Equal arguments give equal bytes where there is no password; encryption has its random salt.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, NoEncryption, pkcs12

    encryption = BestAvailableEncryption(password.encode()) if password else NoEncryption()
    made = pkcs12.serialize_key_and_certificates(
        name.encode() or None,
        key,
        x509.load_der_x509_certificate(_der(leaf)),
        [x509.load_der_x509_certificate(_der(certificate)) for certificate in chain],
        encryption,
    )
    return made if password else _with_derived_salt(made)


def _with_derived_salt(made: bytes) -> bytes:
    """A PFX of the empty password with a salt from its content, and the MAC anew."""
    from asn1crypto import pkcs12

    from chainlab.evidence.pkcs12_crypto import bmp_password, pkcs12_kdf

    parsed = pkcs12.Pfx.load(made)
    content, mac = parsed["auth_safe"]["content"].native, parsed["mac_data"]
    salt, name = hashlib.sha256(content).digest()[:_SALT], mac["mac"]["digest_algorithm"]["algorithm"].native
    size = hashlib.new(name, usedforsecurity=False).digest_size
    secret = pkcs12_kdf(name, bmp_password(""), salt, mac["iterations"].native, _MAC_KEY, size)
    mac["mac_salt"], mac["mac"]["digest"] = salt, hmac.new(secret, content, name).digest()
    encoded: bytes = parsed.dump(force=True)
    return encoded


def jks(entries: Iterable[tuple[str, Certificate]], password: str = "changeit") -> bytes:  # noqa: S107 Java's default
    """A Java trust store (JKS, version 2) of trusted certificates under their aliases, sealed with the password."""
    listed = list(entries)
    body = b"\xfe\xed\xfe\xed" + struct.pack(">II", 2, len(listed))
    for alias, certificate in listed:
        name, der = _modified_utf8(alias), _der(certificate)
        body += struct.pack(">IH", 2, len(name)) + name + bytes(8) + b"\0\x05X.509" + struct.pack(">I", len(der)) + der
    seal = hashlib.sha1(password.encode("utf-16-be") + b"Mighty Aphrodite" + body, usedforsecurity=False)
    return body + seal.digest()


def _modified_utf8(text: str) -> bytes:
    """As java.io.DataOutput writes it: characters beyond the BMP as two surrogates of three bytes, NUL as two bytes."""
    units = text.encode("utf-16-be", "surrogatepass")
    characters = (chr(units[at] << 8 | units[at + 1]) for at in range(0, len(units), 2))
    return b"".join(c.encode("utf-8", "surrogatepass") if c != "\0" else b"\xc0\x80" for c in characters)
