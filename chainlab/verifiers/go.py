"""Go's crypto/x509 ``Certificate.Verify``.

Models: every path is tried; names are compared as bytes; a host must be in the SAN; SHA-1 is refused (Go 1.18+). Name
constraints on e-mail and URI hosts cover what is below them too; directory names and other forms are passed over, and
refused where the extension is critical. Sources: Go 1.19.8 measured 2026-11-20; Go 1.18 release notes. Not modelled:
platform verifiers on Windows and macOS.
"""

from chainlab.certificate import GeneralName, NameConstraints
from chainlab.paths.name_rules import Fit, NameRules, fit, mail_subtree, passed_over, uri_subtree
from chainlab.paths.names import uri_host, within_domain
from chainlab.paths.switches import BROKEN_HASHES, Anchor, Switches
from chainlab.verifiers.family import Basis, Family, Matching

VERSIONS = ("",)


def _mail(name: GeneralName, tree: GeneralName, excluded: bool) -> Fit:
    """A host stands for what is below it too [M: 1.19.8]."""
    if "@" in tree.value:
        return mail_subtree(name, tree, excluded)
    return fit(within_domain(name.value.rpartition("@")[2].casefold(), tree.value.casefold()))


def _uri(name: GeneralName, tree: GeneralName, excluded: bool) -> Fit:
    """The same; a URI without a host name is refused [M: 1.19.8]."""
    if uri_subtree(name, tree, excluded) is Fit.REFUSED:
        return Fit.REFUSED
    return fit(within_domain(uri_host(name.value), tree.value.casefold()))


def _unhandled(constraints: NameConstraints, critical: bool) -> bool:
    """ "unhandled critical extension"; host names with a dot at the end do not parse [M: 1.19.8]."""
    unknown = critical and any(tree.kind in ("dirname", "other") for tree in constraints.trees)
    return unknown or any(tree.kind == "dns" and tree.value.endswith(".") for tree in constraints.trees)


def family(version: str = "") -> Family:
    """Go 1.18 and later."""
    return Family(
        id="go" + (f"-{version}" if version else ""),
        title="Go crypto/x509",
        basis=Basis.MEASURED,
        sources=("measured 2026-11-20 with Go 1.19.8",),
        matching=Matching.BYTES,
        switches=Switches(
            anchor=Anchor.ALL,
            self_issued_count=True,
            rejected_hashes=BROKEN_HASHES | {"sha1"},
            names=NameRules(email=_mail, uri=_uri, dirname=passed_over, other=passed_over, refuses=_unhandled),
        ),
    )
