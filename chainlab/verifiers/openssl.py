"""OpenSSL's ``X509_verify_cert``, 0.9.8 to 3.5, as Node, Python, curl and the Linux distributions use it.

Models: served-first building without alternatives up to 1.0.1o; alternative chains from 1.0.1p/1.0.2b on, where an
expired certificate on the first anchored path is final; trusted-first from 1.1.0 on; no backtracking over served
issuers; stop at a served self-signed certificate; key identifier and issuer+serial matching; self-signed anchors
only. Sources: measured with Node 0.10.4 (1.0.1e), 0.10.38 (1.0.1m), 0.10.48 (1.0.1u), 0.12.18, 4 to 8 (1.0.2d-s),
10 (1.1.0h, 1.1.1k), 12-24 (1.1.1 to 3.5.8) and Debian's 3.0.19 on 2026-11-20; ``x509_vfy.c`` documentation in
openssl-verification-options(1). Not modelled: CRLs, policies, ``-x509_strict``.
"""

from __future__ import annotations

import re

from chainlab.paths.checks import Switches
from chainlab.paths.names import HostRules
from chainlab.verifiers.family import Basis, Family, Matching, Prefer, Stop

VERSIONS = ("1.0.1", "1.0.2", "1.1.1", "3")

_SOURCES = ("measured 2026-11-20 with the OpenSSL inside Node 0.10 to 24 and Debian's openssl",)
_HOST = HostRules(common_name_fallback=True)


def release(version: str) -> tuple[tuple[int, ...], str]:
    """``1.0.1e`` as ``((1, 0, 1), "e")``; a missing part counts as the first release of that line."""
    numbers = tuple(int(number) for number in re.findall(r"\d+", version.split("-")[0]))
    letter = re.search(r"\d([a-z])$", version)
    return numbers or (3,), letter.group(1) if letter else ""


def family(version: str = "3") -> Family:
    """The behaviour of one OpenSSL release."""
    numbers, letter = release(version)
    name = f"openssl-{version}" if version else "openssl-3"
    if numbers >= (1, 1):
        return _trusted_first(name)
    alternatives = numbers >= (1, 0, 2) or (numbers == (1, 0, 1) and letter >= "p")
    return _served_first(name, alternatives=alternatives)


def _served_first(name: str, *, alternatives: bool) -> Family:
    return Family(
        id=name,
        title=f"OpenSSL {name.removeprefix('openssl-')}",
        basis=Basis.MEASURED,
        sources=_SOURCES,
        prefer=Prefer.SERVED,
        stop=Stop.FIRST_ANCHORED if alternatives else Stop.FIRST_PATH,
        matching=Matching.NORMALISED,
        served_choices=1,
        key_id=True,
        issuer_serial=True,
        partial_chain=False,
        check_signature=False,
        depth=100,
        switches=Switches(host=_HOST, require_basic_constraints=False),
    )


def _trusted_first(name: str) -> Family:
    return Family(
        id=name,
        title=f"OpenSSL {name.removeprefix('openssl-')}",
        basis=Basis.MEASURED,
        sources=_SOURCES,
        prefer=Prefer.TRUSTED,
        stop=Stop.FIRST_ANCHORED,
        matching=Matching.NORMALISED,
        served_choices=1,
        prefer_valid=True,
        key_id=True,
        issuer_serial=True,
        partial_chain=False,
        check_signature=False,
        depth=100,
        switches=Switches(host=_HOST),
    )
