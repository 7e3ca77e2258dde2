"""NSS's old path code (``CERT_VerifyCert``): Firefox up to 30, Thunderbird, Red Hat's tools, ``vfychain``.

Models: candidate issuers from the served list and the database, valid ones first. Sources: 3.87.1 (tstclnt, vfychain)
measured 2026-11-20. Not modelled: certificates cached from earlier connections; ``vfychain`` checks no host name.
"""

from chainlab.paths.checks import Switches
from chainlab.paths.names import HostRules
from chainlab.verifiers.family import Basis, Family, Matching
from chainlab.verifiers.rules import key_id_fits, signature_holds, valid_first

VERSIONS = ("",)

_RULES = (key_id_fits, signature_holds)


def family(version: str = "") -> Family:
    """The classic path code."""
    return Family(
        id="nss-classic" + (f"-{version}" if version else ""),
        title="NSS (classic)",
        basis=Basis.MEASURED,
        sources=("measured 2026-11-20 with NSS 3.87.1",),
        matching=Matching.BYTES,
        served_rules=_RULES,
        store_rules=_RULES,
        order=valid_first,
        switches=Switches(host=HostRules(common_name_fallback=True)),
    )
