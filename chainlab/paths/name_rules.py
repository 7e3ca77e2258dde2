"""How a verifier compares names with name constraints, form by form: the switches in which real verifiers differ.

RFC 5280, 4.2.1.10, leaves much open (a leading dot, an empty value, wildcards) and is not followed everywhere: some
verifiers refuse the forms that they do not compare, others pass over them. Every difference was measured with one
constraint beside names of its form, on 2026-11-30 (``tests/oracles/name_forms.py``; ``docs/name-constraints.md``).
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

from chainlab.certificate import GeneralName, NameConstraints
from chainlab.paths.names import uri_host, within_directory, within_domain, within_host, within_mail, within_network
from chainlab.records import dataclass

REGISTERED_ID = "registered id"
"""The value of a ``GeneralName`` of kind ``other`` that is one; another name has its type's OID."""


class Names(Enum):
    """What a verifier does with name constraints."""

    CHECKED = "checked"
    REFUSED = "a critical extension it does not know"
    IGNORED = "ignored"


class CommonName(Enum):
    """Whether a host in the common name is judged like a DNS name."""

    NEVER = "never"
    WITHOUT_NAMES = "where there are no alternative names"
    ALWAYS = "always"


class Fit(Enum):
    """How a name lies to a subtree of its form."""

    INSIDE = "inside"
    OUTSIDE = "outside"
    APART = "the subtree has no say about the name"
    REFUSED = "the verifier refuses the certificate"
    UNKNOWN = "what the verifier does is not known"


Compare = Callable[[GeneralName, GeneralName, bool], Fit]
"""A name, a subtree of its kind, and whether that is excluded rather than permitted."""


def fit(inside: bool) -> Fit:
    """Inside or outside."""
    return Fit.INSIDE if inside else Fit.OUTSIDE


def passed_over(_name: GeneralName, _tree: GeneralName, _excluded: bool) -> Fit:
    """The form is not compared, and names of it are fine."""
    return Fit.APART


def refused(_name: GeneralName, _tree: GeneralName, _excluded: bool) -> Fit:
    """The form is not compared, and a name of it that is constrained is refused: RFC 5280 allows that."""
    return Fit.REFUSED


def dns_subtree(name: GeneralName, tree: GeneralName, _excluded: bool) -> Fit:
    """The domain and everything below; with a leading dot only what is below; all names if it is empty."""
    return fit(within_domain(name.value.casefold(), tree.value.casefold()))


def unaided_dns_subtree(name: GeneralName, tree: GeneralName, excluded: bool) -> Fit:
    """A constraint is a domain: one with a leading dot, or an empty one, matches no name."""
    unusual = not tree.value or tree.value.startswith(".")
    return Fit.OUTSIDE if unusual else dns_subtree(name, tree, excluded)


def absolute_dns_subtree(name: GeneralName, tree: GeneralName, _excluded: bool) -> Fit:
    """A dot at the end of the constraint means nothing."""
    return fit(within_domain(name.value.casefold(), tree.value.casefold().removesuffix(".")))


def covers(wildcard: str, host: str) -> bool:
    """Whether a DNS name with a wildcard stands for a host."""
    label, _, parent = wildcard.casefold().partition(".")
    return label == "*" and host.casefold().partition(".")[2] == parent


def covered_dns_subtree(name: GeneralName, tree: GeneralName, excluded: bool) -> Fit:
    """A wildcard that could stand for an excluded host, or for one below, is excluded."""
    covered = excluded and covers(name.value, tree.value.removeprefix("."))
    return Fit.INSIDE if covered else dns_subtree(name, tree, excluded)


def ip_subtree(name: GeneralName, tree: GeneralName, _excluded: bool) -> Fit:
    """An address lies in a network of its IP version; it is outside those of the other."""
    return fit(within_network(name.value, tree.value))


def mail_subtree(name: GeneralName, tree: GeneralName, _excluded: bool) -> Fit:
    """The mailbox, those at the host, or with a leading dot those at hosts below the domain."""
    return fit(within_mail(name.value, tree.value))


def caseless_mail_subtree(name: GeneralName, tree: GeneralName, _excluded: bool) -> Fit:
    """The part before the @ is compared without regard to case."""
    return fit(within_mail(name.value.casefold(), tree.value.casefold()))


def uri_subtree(name: GeneralName, tree: GeneralName, _excluded: bool) -> Fit:
    """By host; a URI without one, or with an address for it, is refused: so RFC 5280 says."""
    host = uri_host(name.value)
    if not host or ":" in host or host.replace(".", "").isdigit():
        return Fit.REFUSED
    return fit(within_host(host, tree.value.casefold()))


def any_uri_subtree(name: GeneralName, tree: GeneralName, _excluded: bool) -> Fit:
    """By host, which may be an address; a URI without one is refused."""
    host = uri_host(name.value)
    return fit(within_host(host, tree.value.casefold())) if host else Fit.REFUSED


def lenient_uri_subtree(name: GeneralName, tree: GeneralName, _excluded: bool) -> Fit:
    """By host; a URI without one is outside."""
    return fit(within_host(uri_host(name.value), tree.value.casefold()))


def directory_subtree(name: GeneralName, tree: GeneralName, _excluded: bool) -> Fit:
    """RDNs at the upper end of the name, compared by RFC 5280, 7.1."""
    return fit(within_directory(name.name, tree.name))


def other_unknown(name: GeneralName, tree: GeneralName, _excluded: bool) -> Fit:
    """The values decide, which chainlab does not keep."""
    return Fit.UNKNOWN if name.value == tree.value else Fit.APART


def other_form(name: GeneralName, tree: GeneralName, excluded: bool) -> Fit:
    """RFC 5280: a verifier that does not process the form must refuse names of it, one that does may permit them."""
    return (other_refused if excluded else other_unknown)(name, tree, excluded)


def other_refused(name: GeneralName, tree: GeneralName, _excluded: bool) -> Fit:
    """A constrained name of such a form is refused."""
    return Fit.REFUSED if name.value == tree.value else Fit.APART


def nothing_refused(_constraints: NameConstraints, _critical: bool) -> bool:
    """The constraints as such are always fine."""
    return False


@dataclass(frozen=True, slots=True)
class NameRules:
    """What a verifier makes of name constraints; the defaults are RFC 5280.

    ``dns``, ``ip``, ``email``, ``uri``, ``dirname`` and ``other`` compare names of that kind. ``refuses`` tells
    constraints that it refuses as such, whatever the names, given whether their extension is critical. ``common_name``
    and ``in_email`` judge a host in the CN and e-mail addresses in the subject (these where there are no alternative
    names) too, ``subject`` the subject as a directory name. ``need_san`` refuses a server certificate without
    alternative names below a constraint.
    """

    handling: Names = Names.CHECKED
    dns: Compare = dns_subtree
    ip: Compare = ip_subtree
    email: Compare = mail_subtree
    uri: Compare = uri_subtree
    dirname: Compare = directory_subtree
    other: Compare = other_form
    refuses: Callable[[NameConstraints, bool], bool] = nothing_refused
    common_name: CommonName = CommonName.NEVER
    in_email: bool = False
    subject: bool = True
    need_san: bool = False

    def compare(self, name: GeneralName, tree: GeneralName, excluded: bool) -> Fit:
        """How the name lies to the subtree."""
        if name.kind != tree.kind:
            return Fit.APART
        rule: Compare = getattr(self, name.kind)
        return rule(name, tree, excluded)
