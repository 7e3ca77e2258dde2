"""Host names: which names of a certificate stand for a host (RFC 6125, 6.4), and how real clients differ.

They differ in what a wildcard may be and in when the common name counts; every difference was measured with one
certificate for each shape of name, on 2026-11-30 (``tests/oracles/name_forms.py``; ``docs/name-constraints.md``).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from typing import Final

from chainlab.certificate import Certificate
from chainlab.records import dataclass

WITHOUT_DNS: Final = frozenset({"dns"})
WITHOUT_ADDRESSES: Final = frozenset({"dns", "ip"})
WITHOUT_HOSTS: Final = frozenset({"dns", "ip", "uri"})
WITHOUT_SAN: Final = frozenset({"dns", "ip", "uri", "email", "dirname", "other"})
"""Kinds of alternative names that keep the common name out."""

Match = Callable[[str, str], bool]
"""A DNS name of the certificate and a host that differs, both in lower case and the host without a dot at its end."""


def exactly(name: str, host: str) -> bool:
    """No wildcards."""
    return name == host


def lone_wildcard(name: str, host: str) -> bool:
    """RFC 6125, 6.4.3: a lone ``*`` as the left-most label stands for exactly one label."""
    wildcard, _, rest = name.partition(".")
    label, _, parent = host.partition(".")
    return name == host or (wildcard == "*" and bool(label) and "." in rest and rest == parent)


def absolute_lone_wildcard(name: str, host: str) -> bool:
    """The same; a dot at the end of the name means nothing."""
    return lone_wildcard(name.removesuffix("."), host)


def star_in_label(name: str, host: str) -> bool:
    """One ``*`` anywhere in the left-most label."""
    wildcard, _, rest = name.partition(".")
    if wildcard.count("*") != 1:
        return name == host
    label, _, parent = host.partition(".")
    return "." in rest and rest == parent and _label_fits(wildcard, label)


def absolute_star_in_label(name: str, host: str) -> bool:
    """The same; a dot at the end of the name means nothing."""
    return star_in_label(name.removesuffix("."), host)


def star_beside_label(name: str, host: str) -> bool:
    """One ``*`` at the beginning or the end of the left-most label."""
    wildcard = name.partition(".")[0]
    return (wildcard[:1] == "*" or wildcard[-1:] == "*" or name == host) and star_in_label(name, host)


def stars_in_label(name: str, host: str) -> bool:
    """Any ``*`` in the left-most label."""
    wildcard, _, rest = name.partition(".")
    label, _, parent = host.partition(".")
    return rest == parent and ("*" not in wildcard or "." in rest) and _label_fits(wildcard, label)


def stars_in_labels(name: str, host: str) -> bool:
    """Any ``*`` in any label but the last."""
    wanted, labels = name.split("."), host.split(".")
    return len(wanted) == len(labels) and wanted[-1] == labels[-1] and all(map(_label_fits, wanted, labels))


def _label_fits(wildcard: str, label: str) -> bool:
    """Whether the parts around the stars follow one another in the label, which they begin and end."""
    first, *others = wildcard.split("*")
    if not others:
        return wildcard == label
    *between, last = others
    if len(label) < len(first) + len(last) or not label.startswith(first) or not label.endswith(last):
        return False
    place, end = len(first), len(label) - len(last)
    for part in between:
        place = label.find(part, place, end)
        if place < 0:
            return False
        place += len(part)
    return True


@dataclass(frozen=True, slots=True)
class HostRules:
    """How a client matches host names.

    ``common_name_unless``: kinds of alternative names that keep the host in the CN from counting; ``None``: it never
    counts. ``match`` says what wildcards mean.
    """

    common_name_unless: frozenset[str] | None = None
    match: Match = lone_wildcard


def matches_host(certificate: Certificate, host: str, rules: HostRules) -> bool:
    """Whether the certificate names ``host`` (a DNS name or an IP address literal)."""
    address = _address(host)
    sans = certificate.extensions.subject_alternative_names or ()
    if address is not None:
        return any(san.kind == "ip" and _address(san.value) == address for san in sans)
    names = [san.value for san in sans if san.kind == "dns"]
    unless = rules.common_name_unless
    if unless is not None and unless.isdisjoint(san.kind for san in sans):
        names = [certificate.subject.common]
    wanted = host.casefold().removesuffix(".")
    return any(name == wanted or rules.match(name, wanted) for name in map(str.casefold, names))


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text.strip("[]"))
    except ValueError:
        return None
