"""mozilla::pkix: Firefox since 31 (NSS 3.16).

Models: every path is tried, trusted roots first, at each step the newest certificate first; names are compared as
bytes; excluded directory names, and constrained URIs and names of other forms, are refused; a host must be in the SAN;
the anchor is judged like every other CA; anyExtendedKeyUsage does not stand for serverAuth; a CA certificate in place
of the server's is refused; self-issued CAs count against path lengths; RSA below 1024 bits is refused. SHA-1 is refused
since Firefox 52 (``mozpkix-31`` to ``-51`` accept it). ``mozpkix-cached`` also knows intermediates seen earlier or
preloaded: everything that could be fetched. Sources: Firefox ESR 153 measured 2026-11-20; security/nss/lib/mozpkix
(pkixbuild.cpp, pkixcheck.cpp); Mozilla security blog 2017-02-23 (SHA-1). Not modelled: OneCRL, CRLite, Certificate
Transparency, built-in root rules.
"""

from chainlab.certificate import GeneralName, split_rdns
from chainlab.paths.name_rules import (
    Fit,
    NameRules,
    caseless_mail_subtree,
    covered_dns_subtree,
    fit,
    other_refused,
    refused,
)
from chainlab.paths.switches import BROKEN_HASHES, Anchor, Switches
from chainlab.verifiers.family import Basis, Family, Matching, named
from chainlab.verifiers.rules import newest_first

VERSIONS = ("", "31", "52", "cached")

SHA1_REFUSED_FROM = 52
"""Firefox release [D: Mozilla security blog, 2017-02-23]."""


def _dns(name: GeneralName, tree: GeneralName, excluded: bool) -> Fit:
    """``MatchPresentedDNSIDWithReferenceDNSID``: only a domain is well-formed.

    A wildcard that could stand for an excluded host, or for one below, is excluded [M].
    """
    wanted = tree.value.removeprefix(".")
    if tree.value == "." or wanted.endswith(".") or "*" in wanted:
        return Fit.REFUSED
    return covered_dns_subtree(name, tree, excluded)


def _directory(name: GeneralName, tree: GeneralName, excluded: bool) -> Fit:
    """``MatchPresentedDirectoryNameWithConstraint``: none where any is excluded; else the text, of any type."""
    if excluded or name.name is None or tree.name is None:
        return Fit.REFUSED
    given, wanted = (split_rdns(each.text, ",") for each in (name.name, tree.name))
    return fit(not wanted or given[-len(wanted) :] == wanted)


def family(version: str = "") -> Family:
    """Current Firefox, one of its releases, or ``cached``."""
    old = version.isdigit() and int(version) < SHA1_REFUSED_FROM
    return Family(
        id=named("mozpkix", version),
        title=f"mozilla::pkix (Firefox {version})" if version.isdigit() else "mozilla::pkix",
        basis=Basis.DOCUMENTED if old else Basis.MEASURED,
        sources=("measured 2026-11-20 with Firefox ESR 153", "security/nss/lib/mozpkix"),
        matching=Matching.BYTES,
        order=newest_first,
        aia=version == "cached",
        switches=Switches(
            anchor=Anchor.ALL,
            any_on_leaf=False,
            any_on_ca=False,
            leaf_not_ca=True,
            self_issued_count=True,
            rejected_hashes=BROKEN_HASHES if old else BROKEN_HASHES | {"sha1"},
            min_rsa_bits=1024,
            names=NameRules(
                dns=_dns, email=caseless_mail_subtree, uri=refused, dirname=_directory, other=other_refused
            ),
        ),
    )
