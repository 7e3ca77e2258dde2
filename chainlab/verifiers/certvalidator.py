"""certvalidator and its maintained fork pyhanko-certvalidator: Python programs that validate paths themselves.

Models: every path is tried; key identifier, issuer and serial number of the authority key identifier must fit; anchors
do not expire; CA purposes are ignored; the fork wants the purposes it is asked for spelt out in the server's
certificate, refuses RSA signatures by keys below 2048 bits and takes a served certificate with the name and key of a
root for that root. Constrained IP addresses and registered IDs are refused. It checks no host name.
``certvalidator-0.11`` is the original: it checks the host and the anchor's path length, not the serial number beside a
key identifier, knows no RSA-PSS and refuses critical name constraints. Sources: 0.33.0 (registry.py, authority.py) and
0.11.1 measured 2026-11-20 with SHA-1 allowed.
"""

from dataclasses import replace

from chainlab.certificate import GeneralName, NameConstraints
from chainlab.paths.hosts import WITHOUT_SAN, HostRules, star_in_label
from chainlab.paths.name_rules import Fit, NameRules, Names, other_refused, refused, unaided_dns_subtree
from chainlab.paths.switches import Anchor, Demand, Switches
from chainlab.verifiers.family import Basis, Candidate, Family, Matching, by_certificate, named
from chainlab.verifiers.rules import key_id_fits, serial_fits, signature_holds

VERSIONS = ("", "0.11")

_RULES = (key_id_fits, serial_fits, signature_holds)


def _dns(name: GeneralName, tree: GeneralName, excluded: bool) -> Fit:
    """A dot at the end means nothing; one at the beginning, and an empty constraint, match no name."""
    return unaided_dns_subtree(name, replace(tree, value=tree.value.removesuffix(".")), excluded)


def _unparsed(constraints: NameConstraints, _critical: bool) -> bool:
    """Other names (as UPN) end the validation."""
    return any(tree.kind == "other" and tree.value[:1].isdigit() for tree in constraints.trees)


def family(version: str = "") -> Family:
    """pyhanko-certvalidator 0.33, or the original."""
    table = Family(
        id=named("certvalidator", version),
        title="pyhanko-certvalidator",
        basis=Basis.MEASURED,
        sources=("measured 2026-11-20 with pyhanko-certvalidator 0.33.0 and certvalidator 0.11.1",),
        matching=Matching.NORMALISED,
        self_signed_ends=False,
        loop=by_certificate,
        served_rules=(*_RULES, is_no_root),
        store_rules=(*_RULES, is_registered),
        switches=Switches(
            anchor=Anchor.KEY_SIZE,
            ca_purposes=False,
            any_on_leaf=False,
            leaf_key_usage=frozenset({"digital_signature"}),
            min_rsa_bits=2048,
            leaf_key_size=False,
            demands=Demand.LEAF_KEY_USAGE | Demand.LEAF_PURPOSE,
            names=NameRules(dns=_dns, ip=refused, other=other_refused, refuses=_unparsed),
            host=HostRules(WITHOUT_SAN, star_in_label),
        ),
    )
    return _original(table) if version.startswith("0.11") else table


def is_no_root(candidate: Candidate) -> bool:
    """A served certificate with the name and key of a root is left to the roots: ``is_root`` compares authorities."""
    roots = candidate.scene.trust.anchors_named(candidate.issuer.subject)
    return all(root.entity != candidate.issuer.entity for root in roots)


def is_registered(candidate: Candidate) -> bool:
    """Of several roots with one name and key the first is kept: ``_register_root``."""
    roots = candidate.scene.trust.anchors_named(candidate.issuer.subject)
    return next(root for root in roots if root.entity == candidate.issuer.entity) == candidate.issuer


def _original(table: Family) -> Family:
    """wbond's certvalidator 0.11.1."""
    switches = replace(
        table.switches,
        anchor=Anchor.KEY_SIZE | Anchor.PATH_LENGTH,
        min_rsa_bits=0,
        demands=Demand.NOTHING,
        names=NameRules(Names.REFUSED),
        rejected_schemes=frozenset({"RSA-PSS"}),
    )
    return replace(
        table,
        title="certvalidator 0.11",
        served_rules=(key_id_fits, signature_holds),
        store_rules=(key_id_fits, signature_holds),
        switches=switches,
    )
