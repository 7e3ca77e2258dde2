"""Everything that RFC 5280 and RFC 4158 allow: the most capable builder, for stores whose verifier is not known.

Models: every path is tried; RFC 5280 name comparison; self-signed or not, every listed certificate is an anchor,
of which only validity is judged.
Certificate policies are processed for any policy (RFC 9618).
Sources: RFC 5280, section 6; RFC 4158. Not modelled: revocation.
"""

from chainlab.paths.name_rules import NameRules
from chainlab.paths.policies import PolicyInputs
from chainlab.paths.switches import Switches
from chainlab.verifiers.family import Basis, Family, Matching
from chainlab.verifiers.rules import likeliest_first

VERSIONS = ("",)


def family(version: str = "") -> Family:
    """The reference behaviour."""
    return Family(
        id="rfc5280" + (f"-{version}" if version else ""),
        title="RFC 5280 path validation",
        basis=Basis.DOCUMENTED,
        sources=("RFC 5280, section 6", "RFC 4158"),
        matching=Matching.NORMALISED,
        order=likeliest_first,
        switches=Switches(policies=PolicyInputs(), names=NameRules(in_email=True)),
    )
