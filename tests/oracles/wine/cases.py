"""The questions put to Wine: families of small PKIs, each with one thing wrong, and seeded mixtures of them."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from chainlab import oids
from tests.oracles.wine.name_cases import name_constraint_cases
from tests.oracles.wine.parts import (
    CA_USAGE,
    FINISH,
    FUTURE,
    PAST,
    START,
    Case,
    Changes,
    alternative_names,
    authority_key_id,
    basic_constraints,
    ca,
    case,
    certificate,
    extended_key_usage,
    key_usage,
    lacking,
    leaf,
    subject_key_id,
)

LINES = ("L R", "L I R", "L I S R", "L I S T R")
UNKNOWN = ("1.3.6.1.4.1.99999.1", True, b"\x05\x00")
SEED = 20261120
MIXTURES = 150


def cases() -> list[Case]:
    """All cases, in a fixed order; names are unique."""
    families = (
        plain_cases, time_cases, signature_cases, basic_constraint_cases, path_length_cases, key_usage_cases,
        purpose_cases, critical_cases, identifier_cases, version_cases, self_issued_cases, loop_cases, twin_cases,
        policy_cases, name_constraint_cases, mixtures,
    )  # fmt: skip
    found = [each for family in families for each in family()]
    assert len({each.name for each in found}) == len(found)
    return found


def plain_cases() -> Iterator[Case]:
    """Trusted and untrusted roots, missing issuers, self-signed leaves, intermediates in Root."""
    for labels in LINES:
        length = len(labels.split())
        yield case(f"plain/{length}-trusted", labels)
        yield case(f"plain/{length}-untrusted", labels, "")
        for missing in labels.split()[1:]:
            yield _incomplete(case(f"plain/{length}-without-{missing}", labels), missing)
    for trusted in ("", "L"):
        own = certificate("L", "L", extensions=(basic_constraints(False), alternative_names("dns:www.example.test")))
        yield Case(f"plain/self-signed-leaf-{trusted or 'untrusted'}", {"L": own}, tuple(trusted))
    yield case("plain/intermediate-in-root", "L I R", "I R")
    yield case("plain/intermediate-alone-in-root", "L I R", "I")
    yield _incomplete(case("plain/intermediate-in-root-without-root", "L I R", "I"), "R")


def _incomplete(complete: Case, missing: str) -> Case:
    return replace(complete, certificates={k: v for k, v in complete.certificates.items() if k != missing})


def time_cases() -> Iterator[Case]:
    """Each element, and each pair, expired or not valid yet; the ends of the validity period; nesting."""
    expired, early = {"not_after": PAST}, {"not_before": FUTURE}
    for labels in LINES:
        length = len(labels.split())
        for label in labels.split():
            yield case(f"time/{length}-{label}-expired", labels, **{label: expired})
            yield case(f"time/{length}-{label}-early", labels, **{label: early})
    for first, second in itertools.combinations("LIR", 2):
        yield case(f"time/3-{first}-{second}-expired", "L I R", **{first: expired, second: expired})
    for name, moment in (("first-second", START), ("last-second", FINISH)):
        for offset in (-1, 0, 1):
            yield case(f"time/{name}{offset:+}", "L I R", "R", moment + timedelta(seconds=offset))
    yield case("time/leaf-older-than-issuer", "L I R", I={"not_before": PAST})
    yield case("time/leaf-outlives-issuer", "L I R", I={"not_after": FUTURE})
    yield case("time/expired-untrusted-root", "L I R", "", R=expired)


def signature_cases() -> Iterator[Case]:
    """Signatures that do not verify, of each element; a key that the issuer does not have."""
    for labels in LINES:
        length = len(labels.split())
        for label in labels.split():
            yield case(f"signature/{length}-{label}-damaged", labels, **{label: {"damaged": True}})
    yield case("signature/root-damaged-untrusted", "L I R", "", R={"damaged": True})
    yield case("signature/leaf-other-key", "L I R", L={"signer": "X", "identifier": authority_key_id("I")})
    yield case("signature/issuer-other-key", "L I R", I={"key": "I", "signer": "X"})


def basic_constraint_cases() -> Iterator[Case]:
    """Basic constraints absent, saying "no CA", or not critical, on each CA and on the leaf."""
    forms = {
        "absent": None,
        "no-ca": basic_constraints(False),
        "no-ca-length": basic_constraints(False, 0),
        "not-critical": basic_constraints(True, critical=False),
    }
    for labels in LINES:
        for label in labels.split()[1:]:
            for form, basic in forms.items():
                yield case(f"basic/{len(labels.split())}-{label}-{form}", labels, **{label: {"basic": basic}})
    for form, basic in forms.items():
        yield case(f"basic/untrusted-root-{form}", "L I R", "", R={"basic": basic})
        yield case(f"basic/bare-{form}", "L I R", I={"basic": basic, "usage": None})
    for form, basic in (("ca", basic_constraints(True)), ("no-ca", basic_constraints(False))):
        yield case(f"basic/leaf-{form}", "L I R", L={"basic": basic})


def path_length_cases() -> Iterator[Case]:
    """Every combination of path lengths on three CAs; self-issued CAs between."""
    for i, s, r in itertools.product((None, 0, 1), (None, 0, 1), (None, 0, 1, 2)):
        changes = {label: {"basic": basic_constraints(True, n)} for label, n in zip("ISR", (i, s, r), strict=True)}
        yield case(f"length/I{_n(i)}-S{_n(s)}-R{_n(r)}", "L I S R", **changes)
    for label in "ISTR":
        for limit in (0, 1, 2):
            changes = {label: {"basic": basic_constraints(True, limit)}}
            yield case(f"length/5-{label}-{limit}", "L I S T R", **changes)
    yield case("length/I0-R1-untrusted", "L I S R", "", R={"basic": basic_constraints(True, 0)})


def _n(limit: int | None) -> str:
    return "none" if limit is None else str(limit)


def key_usage_cases() -> Iterator[Case]:
    """Key usage absent, without keyCertSign, empty; keyCertSign in leaves of three kinds."""
    forms = {
        "absent": None,
        "signature": key_usage("digital_signature"),
        "crl": key_usage("crl_sign"),
        "empty": key_usage(),
    }
    for labels in LINES[:3]:
        for label in labels.split()[1:]:
            for form, usage in forms.items():
                yield case(f"usage/{len(labels.split())}-{label}-{form}", labels, **{label: {"usage": usage}})
    kinds = {"none": None, "ca": basic_constraints(True), "no-ca": basic_constraints(False)}
    for (kind, basic), (form, usage) in itertools.product(kinds.items(), (("certsign", CA_USAGE), *forms.items())):
        yield case(f"usage/leaf-{kind}-{form}", "L I R", L={"basic": basic, "usage": usage})
    yield case("usage/no-ca-signature", "L I R", I={"basic": kinds["no-ca"], "usage": forms["signature"]})
    yield case("usage/no-basic-signature", "L I R", I={"basic": None, "usage": forms["signature"]})


def purpose_cases() -> Iterator[Case]:
    """Extended key usages of the leaf and of each CA."""
    forms: dict[str, tuple[str, ...]] = {
        "none": (),
        "server": (oids.SERVER_AUTH,),
        "client": (oids.CLIENT_AUTH,),
        "any": (oids.ANY_EKU,),
        "any-client": (oids.ANY_EKU, oids.CLIENT_AUTH),
        "mail-code": ("1.3.6.1.5.5.7.3.4", "1.3.6.1.5.5.7.3.3"),
    }
    for form, purposes in forms.items():
        for labels in LINES[:3]:
            yield case(f"purpose/{len(labels.split())}-leaf-{form}", labels, L={"purposes": purposes})
        for label in "ISR":
            extra = [extended_key_usage(*purposes)] if purposes else []
            yield case(f"purpose/4-{label}-{form}", "L I S R", **{label: {"extra": extra}})


def critical_cases() -> Iterator[Case]:
    """Critical extensions of many kinds on each element; unknown ones that are not critical."""
    for labels in LINES[:3]:
        for label in labels.split():
            yield case(f"critical/{len(labels.split())}-{label}-unknown", labels, **{label: {"extra": [UNKNOWN]}})
    yield case("critical/I-unknown-not-critical", "L I R", I={"extra": [(UNKNOWN[0], False, UNKNOWN[2])]})
    policies = b"\x30\x08\x30\x06\x06\x04\x55\x1d\x20\x00"
    known = {
        "policies": (oids.CERTIFICATE_POLICIES, True, policies),
        "policy-constraints": (oids.POLICY_CONSTRAINTS, True, b"\x30\x03\x80\x01\x05"),
        "inhibit-any-policy": (oids.INHIBIT_ANY_POLICY, True, b"\x02\x01\x05"),
        "policy-mappings": (oids.POLICY_MAPPINGS, True, bytes.fromhex("300e300c06042a03040506042a030406")),
        "issuer-alt-name": (oids.ISSUER_ALT_NAME, True, b"\x30\x0a\x82\x08a.b.test"),
        "crl-points": (oids.CRL_DISTRIBUTION_POINTS, True, b"\x30\x00"),
        "key-usage-period": ("2.5.29.16", True, b"\x30\x00"),
        "subject-directory": ("2.5.29.9", True, b"\x30\x00"),
        "netscape-type": ("2.16.840.1.113730.1.1", True, b"\x03\x02\x06\x40"),
        "application-policies": ("1.3.6.1.4.1.311.21.10", True, bytes.fromhex("300c300a06082b06010505070301")),
        "precertificate": ("1.3.6.1.4.1.11129.2.4.3", True, b"\x05\x00"),
    }  # fmt: skip
    for form, extension in known.items():
        yield case(f"critical/I-{form}", "L I R", I={"extra": [extension]})
    legacy = (oids.LEGACY_BASIC_CONSTRAINTS, True, bytes.fromhex("300403020780"))
    yield case("critical/I-legacy-basic-constraints", "L I R", I={"extra": [legacy]})
    legacy = (oids.LEGACY_SUBJECT_ALT_NAME, True, alternative_names("dns:www.example.test")[2])
    yield case("critical/L-legacy-alternative-names", "L I R", L={"extra": [legacy]})
    names = alternative_names("dns:www.example.test", critical=True)
    yield case("critical/L-alternative-names", "L I R", L={"names": names})
    oid, _, value = extended_key_usage(oids.SERVER_AUTH)
    yield case("critical/L-purposes", "L I R", L={"purposes": (), "extra": [(oid, True, value)]})
    oid, _, value = subject_key_id("L")
    yield case("critical/L-subject-key-id", "L I R", L={"extra": [(oid, True, value)]})
    oid, _, value = authority_key_id("I")
    yield case("critical/L-authority-key-id", "L I R", L={"identifier": (oid, True, value)})


def identifier_cases() -> Iterator[Case]:
    """Forms of the authority key identifier, right and wrong, with and without a subject key identifier above."""
    serials = {"right": 11, "wrong": 99}
    numbered: Changes = {"serial": 11}
    for form, serial in serials.items():
        both = authority_key_id("I", "R", serial)
        only = authority_key_id(None, "R", serial)
        yield case(f"identifier/serial-{form}", "L I R", L={"identifier": only}, I=numbered)
        yield case(f"identifier/both-{form}", "L I R", L={"identifier": both}, I=numbered)
        own: Changes = {"serial": 11, "extra": [authority_key_id(None, "R", serial)]}
        yield case(f"identifier/root-names-itself-{form}", "L I R", R=own)
    yield case("identifier/wrong-issuer", "L I R", L={"identifier": authority_key_id(None, "X", 1)})
    yield case("identifier/other-key", "L I R", L={"identifier": authority_key_id("X")})
    yield case("identifier/empty", "L I R", L={"identifier": authority_key_id()})
    yield case("identifier/root-own-key", "L I R", R={"extra": [authority_key_id("R")]})
    yield case("identifier/root-other-key", "L I R", R={"extra": [authority_key_id("X")]})
    bare = certificate("I", "R", extensions=(basic_constraints(True), CA_USAGE, authority_key_id("R")))
    named = leaf("I", extra=(), identifier=None)
    yield Case("identifier/no-subject-key-id", {"L": named, "I": bare, "R": ca("R")})
    by_name = lacking(named, oids.AUTHORITY_KEY_IDENTIFIER)
    yield Case("identifier/none", {"L": by_name, "I": ca("I", "R"), "R": ca("R")})
    yield Case("identifier/none-anywhere", {"L": by_name, "I": lacking(bare, oids.AUTHORITY_KEY_IDENTIFIER),
                                            "R": lacking(ca("R"), oids.SUBJECT_KEY_IDENTIFIER)})  # fmt: skip
    renamed = ca("X1", "R", key="I")
    yield Case("identifier/key-matches-name-does-not", {"L": leaf("I"), "X1": renamed, "R": ca("R")})
    yield Case("identifier/none-name-does-not-match", {"L": by_name, "X1": renamed, "R": ca("R")})
    yield Case("identifier/partial-none", {"L": by_name})
    yield Case("identifier/partial-serial", {"L": leaf("I", identifier=authority_key_id(None, "R", 1))})


def version_cases() -> Iterator[Case]:
    """Version 1 and 2 certificates at every place, without and with extensions; version 3 without any."""
    for version, label in itertools.product((1, 2, 3), "LIR"):
        plain = case(f"version/{version}-{label}", "L I R")
        certificates = dict(plain.certificates)
        certificates[label] = certificate(label, {"L": "I"}.get(label, "R"), version=version)
        if label != "L":
            below = "I" if label == "R" else "L"
            certificates[below] = lacking(certificates[below], oids.AUTHORITY_KEY_IDENTIFIER)
        yield replace(plain, certificates=certificates)
        if label == "R":
            yield Case(f"version/{version}-R-untrusted", certificates, ())
    for label in "LIR":
        yield case(f"version/1-{label}-with-extensions", "L I R", **{label: {"version": 1}})
    yield case("version/2-I-with-extensions", "L I R", I={"version": 2})


def self_issued_cases() -> Iterator[Case]:
    """Key rollover certificates, and self-issued CAs that path lengths do not count."""
    rolled = ca("R", "R", key="R2", signer="R", extra=[authority_key_id("R")])
    under = leaf("R", signer="R2")
    old = ca("R")
    yield Case("self-issued/rollover", {"L": under, "N": rolled, "R": old})
    yield Case("self-issued/rollover-without-old", {"L": under, "N": rolled})
    bare = ca("R", "R", key="R2", signer="R")
    yield Case("self-issued/rollover-no-identifier", {"L": under, "N": bare, "R": old})
    yield Case("self-issued/rollover-no-identifier-without-old", {"L": under, "N": bare})
    yield Case("self-issued/rollover-trusted", {"L": under, "N": rolled, "R": old}, ("N", "R"))
    for limit in (0, 1):
        limited = ca("R", basic=basic_constraints(True, limit))
        issuing = ca("I", "R", signer="R2")
        yield Case(f"self-issued/length-{limit}", {"L": leaf("I"), "I": issuing, "N": rolled, "R": limited})
        yield Case(f"self-issued/length-{limit}-leaf", {"L": under, "N": rolled, "R": limited})
    yield Case("self-issued/leaf-named-as-root", {"L": leaf("R", subject_name="O=Wine, CN=R"), "R": old})


def loop_cases() -> Iterator[Case]:
    """Issuers that certify each other, with and without a way out."""
    pair = {"A": ca("A", "B"), "B": ca("B", "A")}
    yield Case("loop/two", {"L": leaf("A"), **pair}, ())
    yield Case("loop/three", {"L": leaf("A"), "A": ca("A", "B"), "B": ca("B", "C"), "C": ca("C", "A")}, ())
    bare = {label: certificate(label, issuer) for label, issuer in (("A", "B"), ("B", "A"))}
    yield Case("loop/two-bare", {"L": lacking(leaf("A"), oids.AUTHORITY_KEY_IDENTIFIER), **bare}, ())
    closed = {"L": certificate("L", "A"), "A": certificate("A", "L")}
    yield Case("loop/leaf-in-it", closed, ())
    yield Case("loop/in-root", {"L": leaf("A"), **pair}, ("A", "B"))
    yield Case("loop/expired", {"L": leaf("A"), "A": ca("A", "B", not_after=PAST), "B": ca("B", "A")}, ())


def twin_cases() -> Iterator[Case]:
    """Issuers of one name: other keys, other dates, cross-certificates."""
    none = lacking(leaf("I"), oids.AUTHORITY_KEY_IDENTIFIER)
    right, wrong = ca("I", "R"), ca("I", "R", key="J", serial=2)
    root = ca("R")
    for form, child in (("name", none), ("key", leaf("I"))):
        yield Case(f"twin/other-key-{form}", {"L": child, "I": right, "J": wrong, "R": root})
        yield Case(f"twin/only-other-key-{form}", {"L": child, "J": wrong, "R": root})
        later = ca("I", "R", serial=3, not_after=PAST)
        yield Case(f"twin/expired-{form}", {"L": child, "I": right, "E": later, "R": root})
    cross = ca("R", "U", serial=5)
    yield Case("twin/cross-sign", {"L": leaf("I"), "I": right, "R": root, "RxU": cross, "U": ca("U")}, ("R", "U"))
    yield Case("twin/cross-sign-only", {"L": leaf("I"), "I": right, "RxU": cross, "U": ca("U")}, ("U",))
    yield Case("twin/untrusted-root", {"L": leaf("I"), "I": right, "R": root, "RxU": cross, "U": ca("U")}, ("U",))
    late = ca("R", "U", serial=5, not_after=PAST)
    yield Case("twin/expired-cross", {"L": leaf("I"), "I": right, "R": root, "RxU": late, "U": ca("U")}, ("R", "U"))
    old = ca("U", not_after=PAST)
    yield Case("twin/expired-cross-root", {"L": leaf("I"), "I": right, "R": root, "RxU": cross, "U": old}, ("R", "U"))


def policy_cases() -> Iterator[Case]:
    """Certificate policies with and without a required explicit policy."""
    policy = (oids.CERTIFICATE_POLICIES, False, b"\x30\x08\x30\x06\x06\x04\x2a\x03\x04\x05")
    other = (oids.CERTIFICATE_POLICIES, False, b"\x30\x08\x30\x06\x06\x04\x2a\x03\x04\x06")
    required = (oids.POLICY_CONSTRAINTS, False, b"\x30\x03\x80\x01\x00")
    for form, on_leaf, on_issuer in (
        ("none", [], []),
        ("same", [policy], [policy]),
        ("other", [other], [policy]),
        ("leaf-only", [policy], []),
        ("issuer-only", [], [policy]),
    ):
        yield case(f"policy/{form}", "L I R", L={"extra": on_leaf}, I={"extra": on_issuer})
        yield case(f"policy/{form}-required", "L I R", L={"extra": on_leaf}, I={"extra": [*on_issuer, required]})


def mixtures(seed: int = SEED, count: int = MIXTURES) -> Iterator[Case]:
    """Chains with several things wrong at once, drawn with a fixed seed."""
    draw = random.Random(seed)
    for number in range(count):
        labels = draw.choice(LINES)
        changes: dict[str, Changes] = {}
        for label in labels.split():
            changes[label] = {}
            for defect in _LEAF_DEFECTS if label == "L" else _CA_DEFECTS:
                if draw.random() < 0.12:
                    changes[label].update(defect)
        trusted = "R" if draw.random() < 0.8 else ""
        yield case(f"mixture/{number:03}", labels, trusted, **changes)


_SHARED_DEFECTS: tuple[Changes, ...] = (
    {"not_after": PAST}, {"not_before": FUTURE}, {"damaged": True}, {"extra": [UNKNOWN]},
)  # fmt: skip
_LEAF_DEFECTS: tuple[Changes, ...] = (
    *_SHARED_DEFECTS, {"purposes": (oids.CLIENT_AUTH,)}, {"purposes": ()},
    {"basic": basic_constraints(False), "usage": CA_USAGE},
)  # fmt: skip
_CA_DEFECTS: tuple[Changes, ...] = (
    *_SHARED_DEFECTS, {"basic": basic_constraints(False)}, {"basic": basic_constraints(True, 0)},
    {"basic": basic_constraints(True, 1)}, {"usage": key_usage("digital_signature")}, {"usage": None},
)  # fmt: skip
