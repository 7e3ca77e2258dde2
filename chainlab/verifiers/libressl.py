"""LibreSSL's verifier (``x509_verify.c``, since 3.1): tries every path.

Models: backtracking over roots and served issuers; RFC 5280 name comparison; key identifier, issuer and serial number
of the authority key identifier must fit, the candidate must be allowed to sign; self-signed anchors only, judged like
every other CA. Sources: LibreSSL 4.3.1 measured 2026-11-20 (recorded verdicts); BetterTLS results of 3.4.0 (December
2021): passes branching, accepts CAs without basicConstraints. Before 3.1 it built like OpenSSL 1.0.2 (literature:
release notes of 3.1.0). Not modelled: CRLs.
"""

from dataclasses import replace

from chainlab.verifiers import openssl
from chainlab.verifiers.family import Basis, Family, Matching, Prefer, Stop, by_certificate, named, names_itself
from chainlab.verifiers.rules import key_id_fits, may_sign, serial_fits, signature_holds

VERSIONS = ("", "2")

NEW_VERIFIER = (3, 1)
"""First release with the verifier that backtracks [D: release notes]."""


def family(version: str = "") -> Family:
    """LibreSSL; releases before 3.1 are OpenSSL 1.0.2's builder."""
    if version and openssl.release(version)[0] < NEW_VERIFIER:
        return replace(
            openssl.family("1.0.2"),
            id=named("libressl", version),
            title=f"LibreSSL {version}",
            basis=Basis.LITERATURE,
            sources=("release notes of LibreSSL 3.1.0: the verifier before was OpenSSL's",),
        )
    rules = (key_id_fits, serial_fits, may_sign, signature_holds)
    return Family(
        id=named("libressl", version),
        title="LibreSSL",
        basis=Basis.MEASURED,
        sources=("measured 2026-11-20 with LibreSSL 4.3.1", "BetterTLS results, December 2021"),
        prefer=Prefer.TRUSTED,
        stop=Stop.FIRST_GOOD,
        matching=Matching.NORMALISED,
        served_rules=rules,
        store_rules=rules,
        partial_chain=False,
        self_signed=names_itself,
        self_signed_ends=False,
        loop=by_certificate,
        switches=replace(openssl.SWITCHES, key_usage_makes_ca=True),
    )
