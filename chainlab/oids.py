"""Object identifiers used in more than one place, by their names in RFC 5280 and in Windows' headers."""

from __future__ import annotations

from typing import Final

SERVER_AUTH: Final = "1.3.6.1.5.5.7.3.1"
CLIENT_AUTH: Final = "1.3.6.1.5.5.7.3.2"
ANY_EKU: Final = "2.5.29.37.0"
ANY_POLICY: Final = "2.5.29.32.0"

SUBJECT_KEY_IDENTIFIER: Final = "2.5.29.14"
KEY_USAGE: Final = "2.5.29.15"
SUBJECT_ALT_NAME: Final = "2.5.29.17"
ISSUER_ALT_NAME: Final = "2.5.29.18"
BASIC_CONSTRAINTS: Final = "2.5.29.19"
LEGACY_SUBJECT_ALT_NAME: Final = "2.5.29.7"
LEGACY_BASIC_CONSTRAINTS: Final = "2.5.29.10"
NAME_CONSTRAINTS: Final = "2.5.29.30"
CRL_DISTRIBUTION_POINTS: Final = "2.5.29.31"
CERTIFICATE_POLICIES: Final = "2.5.29.32"
POLICY_MAPPINGS: Final = "2.5.29.33"
AUTHORITY_KEY_IDENTIFIER: Final = "2.5.29.35"
POLICY_CONSTRAINTS: Final = "2.5.29.36"
EXTENDED_KEY_USAGE: Final = "2.5.29.37"
INHIBIT_ANY_POLICY: Final = "2.5.29.54"
USER_PRINCIPAL_NAME: Final = "1.3.6.1.4.1.311.20.2.3"
AUTHORITY_INFO_ACCESS: Final = "1.3.6.1.5.5.7.1.1"

PURPOSE_NAMES: Final[dict[str, str]] = {
    SERVER_AUTH: "server authentication",
    CLIENT_AUTH: "client authentication",
    "1.3.6.1.5.5.7.3.3": "code signing",
    "1.3.6.1.5.5.7.3.4": "secure email",
    "1.3.6.1.5.5.7.3.8": "time stamping",
    "1.3.6.1.5.5.7.3.9": "OCSP signing",
    "1.3.6.1.5.5.7.3.5": "IPsec end system",
    "1.3.6.1.5.5.7.3.6": "IPsec tunnel",
    "1.3.6.1.5.5.7.3.7": "IPsec user",
    "1.3.6.1.4.1.311.10.3.4": "encrypting file system",
    "1.3.6.1.4.1.311.10.3.12": "document signing",
    ANY_EKU: "any purpose",
}


def purpose_name(oid: str) -> str:
    """The purpose in words, else the dotted OID itself."""
    return PURPOSE_NAMES.get(oid, oid)
