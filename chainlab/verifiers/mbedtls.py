"""Mbed TLS: ESP32 (ESP-IDF) and much other embedded firmware.

Models: issuers are looked for in the trusted list first, then among the certificates served after the child; no
way back; critical name constraints are refused; SHA-1 and RSA below 2048 bits are refused by the default profile.
Sources: 2.28.3 (Debian) and 2.28.8 (python-mbedtls) measured 2026-11-20. 3.x is taken to be the same (inferred).
Not modelled: ESP-IDF's bundle callback, which looks up the anchor by the issuer name of the last certificate only.
"""

from chainlab.paths.checks import BROKEN_HASHES, Switches
from chainlab.paths.names import HostRules
from chainlab.verifiers.family import Basis, Family, Matching, Prefer, ServedOrder, Stop

VERSIONS = ("2",)


def family(version: str = "2") -> Family:
    """Mbed TLS 2.28's default profile."""
    return Family(
        id=f"mbedtls-{version}",
        title=f"Mbed TLS {version}",
        basis=Basis.MEASURED if version.startswith("2") else Basis.INFERRED,
        sources=("measured 2026-11-20 with Mbed TLS 2.28.3",),
        prefer=Prefer.TRUSTED,
        stop=Stop.FIRST_ANCHORED,
        matching=Matching.NORMALISED,
        served_choices=1,
        prefer_valid=True,
        check_signature=False,
        served_order=ServedOrder.LATER,
        switches=Switches(
            ca_purposes=False,
            name_constraints=False,
            rejected_hashes=BROKEN_HASHES | {"sha1"},
            min_rsa_bits=2048,
            host=HostRules(common_name_fallback=True),
        ),
    )
