"""OpenSSL's ``X509_verify_cert``, 0.9.8 to 3.5, as Node, Python, Ruby, curl and the Linux distributions use it.

Models: up to 1.0.1m and 1.0.2a the served list is followed to its end and the store asked only there; from 1.0.1n and
1.0.2b the store is asked again for every certificate below ("alternative chains"), in 1.0.1 unless the store had
contributed to the first path, and what is wrong with the first anchored path is final; from 1.1.0 the store is asked
first at every step. One issuer is followed at each step, above a store certificate only the store is asked, a served
self-signed certificate ends the search; the authority key identifier's key, issuer and serial number must fit; anchors
are self-signed (unless ``partial``) and are judged like every other CA; anyExtendedKeyUsage does not stand for
serverAuth. Which of several fitting issuers is taken: the first (before 1.1.0), the first valid one else the last
(1.1.x), the first valid one else the latest to expire (3.x). Constrained names of a form that is not compared are
refused, up to 1.0.2 IP addresses too; a constraint on host names that begins with a dot matches none before 1.0.1k.
``-trusted-first``, ``-partial``, ``-level1`` and ``-level2`` (``@SECLEVEL``), ``-strict`` are the options of that name.
Sources: measured 2026-11-20 with Node 0.10.4 (1.0.1e) to 24 (3.5.8) and Debian's 3.0.19; crypto/x509/x509_vfy.c and
crypto/x509v3/v3_purp.c of the releases; openssl-verification-options(1). Not modelled: CRLs, certificate policies,
DANE, proxy certificates, auxiliary trust settings ("TRUSTED CERTIFICATE").
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from chainlab.certificate import GeneralName
from chainlab.errors import UsageError
from chainlab.paths.hosts import WITHOUT_DNS, HostRules, star_beside_label
from chainlab.paths.name_rules import (
    CommonName,
    Fit,
    NameRules,
    Names,
    any_uri_subtree,
    dns_subtree,
    other_refused,
    refused,
)
from chainlab.paths.switches import BROKEN_HASHES, Anchor, Demand, Switches
from chainlab.verifiers.family import (
    Basis,
    Family,
    Matching,
    Prefer,
    Stop,
    anything_goes,
    by_certificate,
    names_itself,
    names_itself_and_may_sign,
    nearest_note,
)
from chainlab.verifiers.rules import (
    as_found,
    key_id_fits,
    may_sign,
    not_used_up,
    serial_fits,
    valid_else_last,
    valid_else_latest,
)

VERSIONS = ("1.0.1", "1.0.2", "1.1.1", "3")

SOURCES = (
    "measured 2026-11-20 with the OpenSSL inside Node 0.10 to 24 and Debian's openssl 3.0.19",
    "crypto/x509/x509_vfy.c of the releases",
)

MEASURED_RELEASES: Final = ((1, 0, 1), (1, 0, 2), (1, 1, 0), (1, 1, 1), (3, 0), (3, 5))
"""Lines whose behaviour was measured."""

LEVEL_RSA_BITS: Final = {1: 1024, 2: 2048}
"""Security level to the smallest RSA modulus: 80 and 112 bits of security [D: SSL_CTX_set_security_level(3)]."""

SWITCHES: Final = Switches(
    host=HostRules(WITHOUT_DNS, star_beside_label),
    anchor=Anchor.ALL,
    names=NameRules(uri=any_uri_subtree, other=other_refused, common_name=CommonName.WITHOUT_NAMES),
    any_on_leaf=False,
    any_on_ca=False,
    leaf_key_usage=frozenset({"digital_signature", "key_encipherment", "key_agreement"}),
)
"""Checks of ``check_chain_extensions``, ``check_purpose_ssl_server`` and ``internal_verify``, at level 0."""


LEADING_DOTS_FROM: Final[Mapping[tuple[int, ...], str]] = {(1, 0, 1): "k"}
"""Release in which DNS constraints with a leading dot mean what is below.

[D: a change of October 2014, RT3562; M: in 1.0.1e they match nothing, in 1.0.1m what is below; I: the letter.]
"""


def _dotless_subtree(name: GeneralName, tree: GeneralName, excluded: bool) -> Fit:
    return Fit.OUTSIDE if tree.value.startswith(".") else dns_subtree(name, tree, excluded)


def release(version: str) -> tuple[tuple[int, ...], str]:
    """``1.0.1e`` as ``((1, 0, 1), "e")``; without numbers it is 3, without letter the first release of the line."""
    numbers = tuple(int(number) for number in re.findall(r"\d+", version.split("-")[0]))
    letter = re.search(r"\d([a-z])(-|$)", version)
    return numbers or (3,), letter.group(1) if letter else ""


def family(version: str = "3") -> Family:
    """The behaviour of one OpenSSL release, and the options after it: ``1.1.1-partial``, ``3-level2``."""
    number, *options = version.split("-")
    if not number[:1].isdigit():
        number, options = "3", version.split("-") if version else []
    numbers, letter = release(number)
    made = _trusted_first(numbers) if numbers >= (1, 1) else _served_first(numbers, letter)
    made = replace(
        made,
        id=f"openssl-{version or '3'}",
        title=f"OpenSSL {' '.join([number, *options])}",
        note=nearest_note(numbers, MEASURED_RELEASES, "OpenSSL"),
    )
    joined = "-".join(options).replace("trusted-first", "trusted_first")
    for option in filter(None, joined.split("-")):
        if option not in _OPTIONS:
            known = ", ".join(_OPTIONS).replace("_", "-")
            raise UsageError(f"unknown option in 'openssl-{version}'; known: {known}")
        made = _OPTIONS[option](made)
    return made


_ALTERNATIVES: Final[Mapping[tuple[int, ...], Stop]] = {(1, 0, 1): Stop.FIRST_STORED, (1, 0, 2): Stop.FIRST_ANCHORED}
"""When other ways are not tried: 1.0.1 has taken a certificate of the store, 1.0.2 has found the path trusted."""


def _served_first(numbers: tuple[int, ...], letter: str) -> Family:
    alternatives = (numbers == (1, 0, 2) and letter != "a") or (numbers == (1, 0, 1) and letter >= "n")
    return Family(
        id="",
        title="",
        basis=Basis.MEASURED if numbers >= (1, 0, 1) else Basis.INFERRED,
        sources=SOURCES,
        prefer=Prefer.SERVED,
        stop=_ALTERNATIVES[numbers] if alternatives else Stop.FIRST_PATH,
        matching=Matching.NORMALISED,
        served_rules=(not_used_up, key_id_fits, serial_fits, may_sign),
        store_rules=(key_id_fits, serial_fits, may_sign),
        order=as_found,
        served_choices=1,
        store_choices=1,
        closed_store=True,
        partial_chain=False,
        self_signed=names_itself_and_may_sign,
        depth=100,
        loop=anything_goes,
        switches=replace(
            SWITCHES, key_usage_makes_ca=True, names=_old_names(numbers, letter), anchor=Anchor.VALIDITY | Anchor.NAMES
        ),
    )


def _old_names(numbers: tuple[int, ...], letter: str) -> NameRules:
    """Before 1.1.0 addresses are not compared, but refused where they are constrained [M: 1.0.1e to 1.0.2s].

    Name constraints came with 1.0.0; a critical extension before is one that is not known [I].
    """
    if numbers < (1,):
        return NameRules(Names.REFUSED)
    dotless = numbers <= (1, 0, 1) and letter < LEADING_DOTS_FROM.get(numbers, "zz")
    return replace(
        SWITCHES.names, ip=refused, dns=_dotless_subtree if dotless else dns_subtree, common_name=CommonName.NEVER
    )


def _trusted_first(numbers: tuple[int, ...]) -> Family:
    rules = (key_id_fits, serial_fits) if numbers >= (1, 1, 1) else (key_id_fits, serial_fits, may_sign)
    always = replace(SWITCHES.names, common_name=CommonName.ALWAYS)  # [M: 1.1.0h; 1.1.1k no longer]
    return Family(
        id="",
        title="",
        basis=Basis.MEASURED,
        sources=SOURCES,
        prefer=Prefer.TRUSTED,
        stop=Stop.FIRST_PATH,
        matching=Matching.NORMALISED,
        served_rules=rules,
        store_rules=rules,
        order=valid_else_latest if numbers >= (3,) else valid_else_last,
        choices=1,
        closed_store=True,
        partial_chain=False,
        self_signed=names_itself if numbers >= (1, 1, 1) else names_itself_and_may_sign,
        depth=100,
        loop=by_certificate,
        switches=SWITCHES if numbers >= (1, 1, 1) else replace(SWITCHES, self_issued_limited=False, names=always),
    )


def trusted_first(table: Family) -> Family:
    """``X509_V_FLAG_TRUSTED_FIRST`` on a release that does not set it: curl and Python set it."""
    return replace(table, prefer=Prefer.TRUSTED, stop=Stop.FIRST_PATH, served_choices=0, choices=1)


def partial(table: Family) -> Family:
    """``X509_V_FLAG_PARTIAL_CHAIN``: any certificate of the store is an anchor."""
    return replace(table, partial_chain=True)


def strict(table: Family) -> Family:
    """``X509_V_FLAG_X509_STRICT``: key identifiers and key usage are obligatory (3.x)."""
    demands = Demand.LEAF_AKI | Demand.CA_AKI | Demand.CA_SKI | Demand.CA_KEY_USAGE | Demand.CRITICAL_BASIC_CONSTRAINTS
    return replace(table, switches=replace(table.switches, demands=demands))


def level(table: Family, number: int) -> Family:
    """``@SECLEVEL``: smallest keys; SHA-1 below the anchor is worth 80 bits up to 1.1.1, less in 3.x."""
    allowed = number == 1 and table.id.startswith("openssl-1.1")
    hashes = BROKEN_HASHES if allowed else BROKEN_HASHES | {"sha1"}
    switches = replace(table.switches, min_rsa_bits=LEVEL_RSA_BITS[number], rejected_hashes=hashes)
    return replace(table, switches=switches)


_OPTIONS: Final[Mapping[str, Callable[[Family], Family]]] = {
    "trusted_first": trusted_first,
    "partial": partial,
    "strict": strict,
    "level1": lambda table: level(table, 1),
    "level2": lambda table: level(table, 2),
}
