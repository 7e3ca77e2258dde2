"""Host names and name constraints (RFC 6125, 6.4; RFC 5280, 4.2.1.10)."""

from __future__ import annotations

import ipaddress
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Final
from urllib.parse import urlsplit

from chainlab.certificate import Certificate, GeneralName, Name, NameConstraints, split_rdns, unescape_rdn
from chainlab.graph import CertGraph
from chainlab.records import dataclass


@dataclass(frozen=True, slots=True)
class HostRules:
    """How a client matches host names: may a certificate without SAN name its host in the CN, do wildcards match."""

    common_name_fallback: bool = False
    wildcards: bool = True


def matches_host(certificate: Certificate, host: str, rules: HostRules) -> bool:
    """Whether the certificate names ``host`` (a DNS name or an IP address literal)."""
    address = _address(host)
    sans = certificate.extensions.subject_alternative_names
    if address is not None:
        return any(san.kind == "ip" and _address(san.value) == address for san in sans or ())
    names = [san.value for san in sans or () if san.kind == "dns"]
    if not names and rules.common_name_fallback:
        names = [certificate.subject.common]
    return any(_matches_pattern(name, host) for name in names if rules.wildcards or "*" not in name)


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text.strip("[]"))
    except ValueError:
        return None


def _matches_pattern(pattern: str, host: str) -> bool:
    """RFC 6125, 6.4.3: a lone ``*`` as the left-most label stands for exactly one label."""
    pattern, host = pattern.casefold().rstrip("."), host.casefold().rstrip(".")
    if pattern == host:
        return True
    wildcard, _, rest = pattern.partition(".")
    label, _, parent = host.partition(".")
    return wildcard == "*" and bool(label) and "." in rest and rest == parent


def names_of(certificate: Certificate, *, common_name: bool = False, email: bool = False) -> list[GeneralName]:
    """Every name that constraints apply to: the subject and the SANs.

    Where asked for, also a host name in the CN of a certificate without SANs (``common_name``), and e-mail addresses
    in the subject (``email``; RFC 5280, 4.2.1.6, for legacy certificates).
    """
    names = list(certificate.extensions.subject_alternative_names or ())
    if certificate.subject.text:
        names.append(GeneralName("dirname", certificate.subject.text, certificate.subject))
    if common_name and certificate.extensions.subject_alternative_names is None:
        names.extend(GeneralName("dns", name) for name in certificate.dns_names)
    if email:
        names.extend(GeneralName("email", address) for address in _addresses(certificate.subject))
    return names


def _addresses(subject: Name) -> list[str]:
    """The e-mail addresses of a name; RFC 4514 text has the attribute by its OID."""
    attributes = (attribute.partition("=") for attribute in split_rdns(subject.text))
    return [unescape_rdn(value) for kind, _, value in attributes if kind in _EMAIL_ATTRIBUTES]


_EMAIL_ATTRIBUTES = frozenset({"1.2.840.113549.1.9.1", "E", "emailAddress"})


@dataclass(frozen=True, slots=True)
class Breach:
    """A name that constraints forbid: it lies in an excluded subtree, or in no permitted one of its form."""

    name: GeneralName
    excluded: bool


def breaches(constraints: NameConstraints, names: Iterable[GeneralName]) -> Iterator[Breach]:
    """Every way in which ``names`` break the constraints; a name can do so in both."""
    for name in names:
        if any(tree.kind == name.kind and within(name, tree) for tree in constraints.excluded):
            yield Breach(name, excluded=True)
        permitted = [tree for tree in constraints.permitted if tree.kind == name.kind]
        if permitted and not any(within(name, tree) for tree in permitted):
            yield Breach(name, excluded=False)


def in_forms(
    constraints: NameConstraints, forms: frozenset[str], names: Iterable[GeneralName]
) -> NameConstraints | None:
    """What is left of constraints for a verifier that compares these forms of names only; ``None``: it refuses.

    It passes over permitted names of other forms, and refuses excluded ones once there is a name of that form at all,
    and forms that it does not know [measured: GnuTLS 3.7.9, 2026-11-30].
    """
    refused = {name.kind for name in names} - forms
    unknown = any(tree.kind == "other" for tree in (*constraints.permitted, *constraints.excluded))
    if unknown or any(tree.kind in refused for tree in constraints.excluded):
        return None
    permitted, excluded = (
        tuple(tree for tree in trees if tree.kind in forms) for trees in (constraints.permitted, constraints.excluded)
    )
    return NameConstraints(permitted, excluded, constraints.bounded)


def judged_breaches(
    graph: CertGraph, key: tuple[str, ...], constraints: NameConstraints, names: Callable[[], list[GeneralName]]
) -> tuple[Breach, ...] | None:
    """The first breach of either sort, in the order of the names; ``None`` where there is too much to compare.

    ``key`` says whose constraints and which names these are: each question is answered once for a graph.
    """
    if ("names", *key) not in graph.answers:
        judged = names()
        affordable = graph.may_compare(_comparisons(constraints, judged))
        graph.answers["names", *key] = _firsts(breaches(constraints, judged)) if affordable else None
    found: tuple[Breach, ...] | None = graph.answers["names", *key]
    return found


def _firsts(found: Iterable[Breach]) -> tuple[Breach, ...]:
    firsts: dict[bool, Breach] = {}
    for breach in found:
        firsts.setdefault(breach.excluded, breach)
        if len(firsts) > 1:
            break
    return tuple(firsts.values())


def _comparisons(constraints: NameConstraints, names: Iterable[GeneralName]) -> int:
    """How many comparisons this takes, in those of host names."""
    trees = Counter(tree.kind for tree in (*constraints.permitted, *constraints.excluded))
    return sum(trees[kind] * count * _WEIGHTS.get(kind, 1) for kind, count in Counter(n.kind for n in names).items())


_WEIGHTS: Final = {"dirname": 20, "ip": 20, "uri": 5}
"""Kinds that have to be taken apart to be compared."""


def violation(constraints: NameConstraints, names: Iterable[GeneralName]) -> GeneralName | None:
    """The first name that the constraints forbid, or ``None``."""
    return next((breach.name for breach in breaches(constraints, names)), None)


def within(name: GeneralName, tree: GeneralName) -> bool:
    """Whether ``name`` lies in the subtree ``tree`` of the same kind."""
    if name.kind == "dns":
        return within_domain(name.value.casefold(), tree.value.casefold())
    if name.kind == "ip":
        return _within_network(name.value, tree.value)
    if name.kind == "dirname":
        return _within_directory(name.name, tree.name)
    if name.kind == "email":
        return _within_mail(name.value.casefold(), tree.value.casefold())
    if name.kind == "uri":
        host, constraint = _uri_host(name.value), tree.value.casefold()
        return host.endswith(constraint) if constraint.startswith(".") else host == constraint
    return name.value == tree.value


def _uri_host(uri: str) -> str:
    """The host of a URI in lower case; empty where it has none or is malformed."""
    try:
        return urlsplit(uri).hostname or ""
    except ValueError:
        return ""


def within_domain(name: str, constraint: str) -> bool:
    """DNS subtree: the domain itself and everything below; a leading dot means only what is below."""
    if not constraint:
        return True
    if constraint.startswith("."):
        return name.endswith(constraint)
    return name == constraint or name.endswith("." + constraint)


def _within_network(address: str, network: str) -> bool:
    try:
        return ipaddress.ip_address(address) in ipaddress.ip_network(network, strict=False)
    except ValueError:
        return False


def _within_directory(name: Name | None, tree: Name | None) -> bool:
    """The subtree's RDNs, each as a whole, stand at the upper end of the name (RFC 4514: most specific first)."""
    if name is None or tree is None:
        return False
    if not tree.key:
        return True
    rdns, prefix = ([frozenset(split_rdns(rdn)) for rdn in split_rdns(each.key, ",")] for each in (name, tree))
    return len(prefix) <= len(rdns) and rdns[len(rdns) - len(prefix) :] == prefix


def _within_mail(address: str, constraint: str) -> bool:
    if "@" in constraint:
        return address == constraint
    host = address.rpartition("@")[2]
    return host.endswith(constraint) if constraint.startswith(".") else host == constraint
