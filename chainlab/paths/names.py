"""The names of a certificate and what lies within what (RFC 5280, 4.2.1.10)."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from chainlab.certificate import Certificate, GeneralName, Name, split_rdns, unescape_rdn


def names_of(
    certificate: Certificate, *, common_name: bool = False, email: bool = False, subject: bool = True
) -> list[GeneralName]:
    """Every name that constraints apply to: the subject (unless ``subject`` is False) and the SANs.

    Where asked for, also a host name in the CN of a certificate without SANs (``common_name``), and e-mail addresses
    in the subject (``email``; RFC 5280, 4.2.1.6, for legacy certificates).
    """
    names = list(certificate.extensions.subject_alternative_names or ())
    if subject and certificate.subject.text:
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


def uri_host(uri: str) -> str:
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


def within_network(address: str, network: str) -> bool:
    """Whether an address lies in a network of its own IP version."""
    try:
        return ipaddress.ip_address(address) in ipaddress.ip_network(network, strict=False)
    except ValueError:
        return False


def within_directory(name: Name | None, tree: Name | None) -> bool:
    """The subtree's RDNs, each as a whole, stand at the upper end of the name (RFC 4514: most specific first)."""
    if name is None or tree is None:
        return False
    if not tree.key:
        return True
    rdns, prefix = rdns_of(name), rdns_of(tree)
    return len(prefix) <= len(rdns) and rdns[len(rdns) - len(prefix) :] == prefix


def rdns_of(name: Name) -> list[frozenset[str]]:
    """The RDNs of a name for comparison, each a set of attributes, most specific first."""
    return [frozenset(split_rdns(rdn)) for rdn in split_rdns(name.key, ",")]


def within_mail(address: str, constraint: str) -> bool:
    """Whether an address is the mailbox, at the host or, where that begins with a dot, below the domain.

    The part before the @ is compared exactly (RFC 5280, 7.5).
    """
    local, _, host = address.rpartition("@")
    mailbox, at, where = constraint.rpartition("@")
    return (not at or mailbox == local) and within_host(host.casefold(), where.casefold())


def within_host(host: str, constraint: str) -> bool:
    """The host itself or, where the constraint begins with a dot, a host below the domain (both in lower case)."""
    return host.endswith(constraint) if constraint.startswith(".") else host == constraint
