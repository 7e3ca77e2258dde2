"""The measured matrix without its certificates: what they say, the cases, and the verdicts of verifiers out of reach.

    python -m tests.verifiers.reduced FACTS_DIR

writes ``data/reduced-matrix.json`` from the measured ``verifier-matrix.json``: of each certificate its names, keys (by
label), dates and extensions in words, and the verdicts of the configurations in ``KEPT``, which no package manager
brings. ``rebuild`` issues certificates with other keys that say the same, so that a bare clone tests these families.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtensionOID, ObjectIdentifier

from chainlab.lab.pki import signed_with_sha1

FILE: Final = Path(__file__).parent / "data" / "reduced-matrix.json"

KEPT: Final = (
    "android2.3-trustmanager-2010-bc", "android4.0-trustmanager-2011-bc", "android5-6-trustmanager-2014-bc",
    "android7-trustmanager-2016-bc", "android7-trustmanager-2016-sun", "android-conscrypt-2026-on-jdk17",
    "libressl4.3.1", "mono6.8-x509chain", "rust-webpki0.22", "bouncycastle1.72-validator", "wine8.0-crypt32",
    "gnutls3.7.9-cli-legacy", "nss3.87.1-libpkix-aia", "java-11.0.2-jsse-tls12", "openssl3.0.19-strict",
    "node-24.21.0-defsec",
)  # fmt: skip
"""Configurations for which tests/oracles has no runnable verifier."""

_KEY_USAGES: Final = (
    "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
    "key_cert_sign", "crl_sign",
)  # fmt: skip

Json = dict[str, Any]

Keys = list[tuple[Any, str]]
"""Public keys with their labels; they cannot be hashed."""


def extract(facts: Mapping[str, Any]) -> Json:
    """The reduced matrix of the measured one."""
    certificates = {
        name: x509.load_pem_x509_certificate(entry["pem"].encode()) for name, entry in facts["certs"].items()
    }
    keys: Keys = []
    for certificate in certificates.values():
        if _label(certificate.public_key(), keys) is None:
            keys.append((certificate.public_key(), f"k{len(keys) + 1}"))
    return {
        "source": facts["about"] + " Reduced: certificates in words, verdicts alone, of verifiers out of reach.",
        "keys": {label: _kind(key) for key, label in keys},
        "certs": {name: _words(certificate, keys) for name, certificate in certificates.items()},
        "cases": [{key: case[key] for key in ("id", "roots", "served", "host", "aia") if key in case}
                  for case in facts["cases"]],
        "verdicts": {
            name: {case: answer["verdict"] for case, answer in facts["verdicts"][name].items()} for name in KEPT
        },
    }  # fmt: skip


def _label(key: object, keys: Keys) -> str | None:
    return next((label for known, label in keys if known == key), None)


def _kind(key: object) -> str:
    return f"rsa-{key.key_size}" if isinstance(key, rsa.RSAPublicKey) else f"ec-{key.key_size}"  # type: ignore[attr-defined]


def _words(certificate: x509.Certificate, keys: Keys) -> Json:
    algorithm = certificate.signature_hash_algorithm
    return {
        "subject": _name(certificate.subject), "issuer": _name(certificate.issuer), "serial": certificate.serial_number,
        "key": _label(certificate.public_key(), keys), "signer": _signer(certificate, keys),
        "hash": algorithm.name if algorithm is not None else None,
        "pss": isinstance(certificate.signature_algorithm_parameters, padding.PSS),
        "from": certificate.not_valid_before_utc.isoformat(), "to": certificate.not_valid_after_utc.isoformat(),
        "extensions": [_extension(extension, certificate, keys) for extension in certificate.extensions],
    }  # fmt: skip


def _name(name: x509.Name) -> list[list[str]]:
    return [[attribute.oid.dotted_string, attribute._type.name, str(attribute.value)] for attribute in name]


def _signer(certificate: x509.Certificate, keys: Keys) -> str:
    """The key that made the signature; empty if none did."""
    for key, label in keys:
        try:
            parameters: Any = certificate.signature_algorithm_parameters
            algorithm: Any = certificate.signature_hash_algorithm
            if isinstance(key, rsa.RSAPublicKey):
                key.verify(certificate.signature, certificate.tbs_certificate_bytes, parameters, algorithm)
            else:
                key.verify(certificate.signature, certificate.tbs_certificate_bytes, parameters)
        except (InvalidSignature, UnsupportedAlgorithm, TypeError, ValueError):
            continue
        return label
    return ""


def _extension(extension: x509.Extension[Any], certificate: x509.Certificate, keys: Keys) -> Json:
    value, said = extension.value, {"oid": extension.oid.dotted_string, "critical": extension.critical}
    match value:
        case x509.BasicConstraints():
            return {**said, "ca": value.ca, "length": value.path_length}
        case x509.KeyUsage():
            return {**said, "usages": [usage for usage in _KEY_USAGES if getattr(value, usage)]}
        case x509.ExtendedKeyUsage():
            return {**said, "purposes": [purpose.dotted_string for purpose in value]}
        case x509.SubjectAlternativeName():
            return {**said, "names": value.get_values_for_type(x509.DNSName)}
        case x509.NameConstraints():
            return {**said, "permitted": [name.value for name in value.permitted_subtrees or ()],
                    "excluded": [name.value for name in value.excluded_subtrees or ()]}  # fmt: skip
        case x509.SubjectKeyIdentifier():
            return {**said, "of": _identified(value.digest, keys)}
        case x509.AuthorityKeyIdentifier():
            issuer = [_name(general.value) for general in value.authority_cert_issuer or ()]
            return {**said, "of": _identified(value.key_identifier, keys), "issuer": issuer,
                    "serial": value.authority_cert_serial_number}  # fmt: skip
        case x509.AuthorityInformationAccess():
            return {**said, "urls": [description.access_location.value for description in value]}
    return {**said, "unknown": True}


def _identified(digest: bytes | None, keys: Keys) -> str | None:
    """The key of an identifier: a label, ``other`` for none of ours, ``None`` without identifier."""
    if digest is None:
        return None
    found = (label for key, label in keys if x509.SubjectKeyIdentifier.from_public_key(key).digest == digest)
    return next(found, "other")


def rebuild(matrix: Mapping[str, Any]) -> dict[str, bytes]:
    """The encodings of certificates with keys of our own that say what the matrix says."""
    keys = {label: _private(kind) for label, kind in matrix["keys"].items()}
    return {name: _issue(words, keys) for name, words in matrix["certs"].items()}


def _private(kind: str) -> Any:
    family, _, size = kind.partition("-")
    if family == "rsa":
        return rsa.generate_private_key(65537, int(size))
    return ec.generate_private_key({"256": ec.SECP256R1(), "384": ec.SECP384R1()}[size])


def _issue(words: Mapping[str, Any], keys: Mapping[str, Any]) -> bytes:
    builder = (
        x509.CertificateBuilder().subject_name(_make_name(words["subject"])).issuer_name(_make_name(words["issuer"]))
        .serial_number(words["serial"]).public_key(keys[words["key"]].public_key())
        .not_valid_before(datetime.fromisoformat(words["from"])).not_valid_after(datetime.fromisoformat(words["to"]))
    )  # fmt: skip
    for extension in words["extensions"]:
        builder = builder.add_extension(_make_extension(extension, keys), extension["critical"])
    signer = keys[words["signer"]]
    algorithm = hashes.SHA384() if words["hash"] == "sha384" else hashes.SHA256()
    scheme = padding.PSS(padding.MGF1(algorithm), algorithm.digest_size) if words["pss"] else None
    der = builder.sign(signer, algorithm, rsa_padding=scheme).public_bytes(Encoding.DER)
    return signed_with_sha1(der, signer) if words["hash"] == "sha1" else der


def _make_name(attributes: list[list[str]]) -> x509.Name:
    return x509.Name(
        [x509.NameAttribute(ObjectIdentifier(oid), value, _ASN1Type[kind]) for oid, kind, value in attributes]
    )


def _make_extension(said: Mapping[str, Any], keys: Mapping[str, Any]) -> x509.ExtensionType:
    oid = ObjectIdentifier(said["oid"])
    makers: dict[ObjectIdentifier, Any] = {
        ExtensionOID.BASIC_CONSTRAINTS: lambda: x509.BasicConstraints(said["ca"], said["length"]),
        ExtensionOID.KEY_USAGE: lambda: x509.KeyUsage(
            **{usage: usage in said["usages"] for usage in _KEY_USAGES}, encipher_only=False, decipher_only=False
        ),
        ExtensionOID.EXTENDED_KEY_USAGE: lambda: x509.ExtendedKeyUsage(map(ObjectIdentifier, said["purposes"])),
        ExtensionOID.SUBJECT_ALTERNATIVE_NAME: lambda: x509.SubjectAlternativeName(map(x509.DNSName, said["names"])),
        ExtensionOID.NAME_CONSTRAINTS: lambda: x509.NameConstraints(
            [*map(x509.DNSName, said["permitted"])] or None, [*map(x509.DNSName, said["excluded"])] or None
        ),
        ExtensionOID.SUBJECT_KEY_IDENTIFIER: lambda: x509.SubjectKeyIdentifier(_digest(said["of"], keys) or b""),
        ExtensionOID.AUTHORITY_KEY_IDENTIFIER: lambda: x509.AuthorityKeyIdentifier(
            _digest(said["of"], keys), [x509.DirectoryName(_make_name(name)) for name in said["issuer"]] or None,
            said["serial"],
        ),
        ExtensionOID.AUTHORITY_INFORMATION_ACCESS: lambda: x509.AuthorityInformationAccess(
            x509.AccessDescription(AuthorityInformationAccessOID.CA_ISSUERS, x509.UniformResourceIdentifier(url))
            for url in said["urls"]
        ),
    }  # fmt: skip
    return makers[oid]() if oid in makers else x509.UnrecognizedExtension(oid, b"\x05\x00")


def _digest(label: str | None, keys: Mapping[str, Any]) -> bytes | None:
    if label is None or label == "other":
        return None if label is None else b"another key identifier"
    return x509.SubjectKeyIdentifier.from_public_key(keys[label].public_key()).digest


def main() -> None:
    """Reduce and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("facts", type=Path)
    file = parser.parse_args().facts / "verifier-matrix.json"
    reduced = extract(json.loads(file.read_text(encoding="utf-8")))
    FILE.write_text(json.dumps(reduced, indent=1, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
