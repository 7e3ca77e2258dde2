"""GnuTLS: wget, Debian's apt, GNOME and printers.

Models: sorts the served list, then follows one path; expired twins of an issuer are not tried again; anchors need
not be self-signed; SHA-1 is refused. Sources: 3.7.9 (certtool and gnutls-cli) measured 2026-11-20; BetterTLS results
of 3.6.13 and 3.7.2 (fails branching). Not modelled: priority strings other than the default.
"""

from chainlab.paths.checks import BROKEN_HASHES, Switches
from chainlab.paths.names import HostRules
from chainlab.verifiers.family import Basis, Family, Matching, Prefer, Stop

VERSIONS = ("",)


def family(version: str = "") -> Family:
    """GnuTLS 3.6 and later."""
    return Family(
        id="gnutls" + (f"-{version}" if version else ""),
        title="GnuTLS",
        basis=Basis.MEASURED,
        sources=("measured 2026-11-20 with GnuTLS 3.7.9",),
        prefer=Prefer.TRUSTED,
        stop=Stop.FIRST_ANCHORED,
        matching=Matching.BYTES,
        key_id=True,
        check_signature=False,
        switches=Switches(rejected_hashes=BROKEN_HASHES | {"sha1"}, host=HostRules(common_name_fallback=True)),
    )
