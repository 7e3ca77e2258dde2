"""Name constraints: every name form, permitted and excluded, at every place of the chain."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.oracles.wine.parts import Case, alternative_names, case, name_constraints

Names = tuple[str, ...]

DNS: tuple[tuple[str, str], ...] = (
    ("example.test", "example.test"), ("example.test", "www.example.test"), ("example.test", "a.b.example.test"),
    ("example.test", "other.test"), ("example.test", "example.test.other"), ("example.test", "wwwexample.test"),
    ("example.test", "a.wwwexample.test"), ("example.test", "test"), ("EXAMPLE.test", "www.example.TEST"),
    (".example.test", "www.example.test"), (".example.test", "example.test"), (".example.test", "a.b.example.test"),
    (".example.test", "wwwexample.test"), ("www.example.test", "example.test"), ("test", "example.test"),
    ("*.test", "example.test"), ("*.example.test", "www.example.test"), ("ex*.test", "example.test"),
    ("*", "example.test"), ("example.test", "*.example.test"), ("example.test", "*.test"),
    ("", "example.test"), ("example.test.", "example.test"), ("example.test", "example.test."),
    ("example.test", "example.test\0.other"), ("example.test", "www.example.test\0baddie"),
)  # fmt: skip
EMAIL: tuple[tuple[str, str], ...] = (
    ("a@example.test", "a@example.test"), ("a@example.test", "b@example.test"), ("A@Example.test", "a@example.test"),
    ("example.test", "a@example.test"), ("example.test", "a@mail.example.test"), (".example.test", "a@example.test"),
    (".example.test", "a@mail.example.test"), ("EXAMPLE.test", "a@example.TEST"), ("example.test", "example.test"),
)  # fmt: skip
URI: tuple[tuple[str, str], ...] = (
    ("example.test", "https://example.test/a"), ("example.test", "https://www.example.test/"),
    (".example.test", "https://www.example.test/"), (".example.test", "https://example.test/"),
    ("example.test", "https://example.test:8443/a"), ("example.test", "https://user@example.test/"),
    ("example.test", "https://example.test"), ("example.test", "https://example.test?q"),
    ("Example.test", "https://EXAMPLE.test/"), ("example.test", "urn:example.test"),
)  # fmt: skip
IP: tuple[tuple[str, str], ...] = (
    ("10.0.0.0/8", "10.1.2.3"), ("10.0.0.0/8", "11.1.2.3"), ("10.1.2.3/32", "10.1.2.3"), ("0.0.0.0/0", "8.8.8.8"),
    ("2001:db8::/32", "2001:db8::1"), ("2001:db8::/32", "2001:db9::1"), ("10.0.0.0/8", "2001:db8::1"),
    ("2001:db8::/32", "10.1.2.3"),
)  # fmt: skip
DIRECTORY: tuple[tuple[str, str], ...] = (
    ("O=Wine", "O=Wine, CN=x"), ("O=Wine, CN=x", "O=Wine, CN=x"), ("O=Wine", "O=Other, CN=x"),
    ("O=wine", "O=WINE, CN=x"), ("CN=x", "O=Wine, CN=x"), ("C=GB, O=Wine", "C=GB, O=Wine, CN=x"),
    ("C=GB, O=Wine", "O=Wine, C=GB, CN=x"), ("O=Wine, OU=a", "O=Wine, OU=b, CN=x"), ("", "O=Wine, CN=x"),
)  # fmt: skip


def name_constraint_cases() -> Iterator[Case]:
    """Each pair (subtree, name) permitted and excluded, then the places and forms that are special."""
    for kind, pairs in (("dns", DNS), ("email", EMAIL), ("uri", URI), ("ip", IP), ("dir", DIRECTORY)):
        for tree, value in pairs:
            shown = f"{tree} {value}".replace("\0", "NUL")
            names = (f"{kind}:{value}",)
            yield _case(f"name/{kind} permitted {shown}", (f"{kind}:{tree}",), (), names)
            yield _case(f"name/{kind} excluded {shown}", (), (f"{kind}:{tree}",), names)
    yield from _subjects()
    yield from _several()
    yield from _places()
    yield from _unsupported()


def _case(name: str, permitted: Names, excluded: Names, names: Names, **leaf: Any) -> Case:
    limited = {"extra": [name_constraints(permitted, excluded)]}
    alternative = alternative_names(*names) if names else None
    return case(name, "L I R", I=limited, L={"names": alternative, **leaf})


def _subjects() -> Iterator[Case]:
    """The subject as a directory name, as the home of an e-mail address, and a host in the common name."""
    for tree, subject in DIRECTORY:
        names = ("dns:www.example.test",)
        yield _case(f"name/subject permitted {tree} {subject}", (f"dir:{tree}",), (), names, subject_name=subject)
        yield _case(f"name/subject excluded {tree} {subject}", (), (f"dir:{tree}",), names, subject_name=subject)
    empty = ("dns:www.example.test",)
    yield _case("name/empty subject permitted", ("dir:O=Wine",), (), empty, subject_name="")
    yield _case("name/empty subject excluded", (), ("dir:O=Wine",), empty, subject_name="")
    for tree in ("example.test", "other.test"):
        mail = {"subject_name": "O=Wine, CN=x, E=a@example.test"}
        yield _case(f"name/e-mail in subject permitted {tree}", (f"email:{tree}",), (), empty, **mail)
        yield _case(f"name/e-mail in subject excluded {tree}", (), (f"email:{tree}",), empty, **mail)
        host = {"subject_name": "CN=www.example.test"}
        yield _case(f"name/host in CN permitted {tree}", (f"dns:{tree}",), (), (), **host)
        yield _case(f"name/host in CN excluded {tree}", (), (f"dns:{tree}",), (), **host)
        yield _case(f"name/host in CN, other SAN {tree}", (f"dns:{tree}",), (), ("ip:10.0.0.1",), **host)


def _several() -> Iterator[Case]:
    """Several subtrees and names: one bad name is enough, one good subtree is enough."""
    good, bad = "dns:www.example.test", "dns:www.other.test"
    tree, other = "dns:example.test", "dns:other.test"
    yield _case("name/both permitted", (tree, other), (), (good, bad))
    yield _case("name/second name bad", (tree,), (), (good, bad))
    yield _case("name/permitted and excluded", (tree,), ("dns:www.example.test",), (good,))
    yield _case("name/permitted, other excluded", (tree,), (other,), (good,))
    yield _case("name/bad both ways", (tree,), (other,), (bad,))
    yield _case("name/other form unconstrained", (tree,), (), (good, "ip:10.0.0.1", "email:a@b.test"))
    yield _case("name/form not present", ("ip:10.0.0.0/8",), (), (good,))
    yield _case("name/two forms", (tree, "ip:10.0.0.0/8"), (), (good, "ip:10.0.0.1"))
    yield _case("name/two forms, one bad", (tree, "ip:10.0.0.0/8"), (), (good, "ip:11.0.0.1"))
    yield _case("name/form order", ("ip:10.0.0.0/8", tree), (), (bad,))


def _places() -> Iterator[Case]:
    """Constraints on each CA, satisfied or violated by the leaf or by a CA below."""
    for place in "ISR":
        for form, tree in (("satisfied", "dns:example.test"), ("violated", "dns:other.test")):
            limited = {place: {"extra": [name_constraints((tree,))]}}
            yield case(f"name/on {place} {form}", "L I S R", **limited)
            excluded = {place: {"extra": [name_constraints((), (tree,))]}}
            yield case(f"name/on {place} excluded {form}", "L I S R", **excluded)
    for tree in ("O=Wine", "O=Other", "CN=www.example.test"):
        limited = {"R": {"extra": [name_constraints((f"dir:{tree}",))]}}
        yield case(f"name/CA names below R {tree}", "L I S R", **limited)
    own = {"L": {"extra": [name_constraints(("dns:other.test",))]}}
    yield case("name/on L", "L I R", **own)
    twice = {"I": {"extra": [name_constraints(("dns:other.test",))]}, "S": {"extra": [name_constraints(("dns:test",))]}}
    yield case("name/two CAs", "L I S R", **twice)
    limited = {"R": {"extra": [name_constraints(("dns:other.test",))]}}
    yield case("name/on untrusted R", "L I R", "", **limited)


def _unsupported() -> Iterator[Case]:
    """Forms and fields that Windows documents as unsupported, and empty constraints."""
    good = ("dns:www.example.test",)
    yield _case("name/registered id in both", ("rid:1.2.3",), (), (*good, "rid:1.2.3"))
    yield _case("name/registered id in constraint", ("rid:1.2.3",), (), good)
    yield _case("name/upn permitted", ("upn:example.test",), (), (*good, "upn:a@example.test"))
    yield _case("name/upn in constraint", ("upn:example.test",), (), good)
    yield _case("name/empty", (), (), good)
    for form, bounds in (("minimum", b"\x80\x01\x01"), ("maximum", b"\x81\x01\x05"), ("zero", b"\x80\x01\x00")):
        limited = {"I": {"extra": [name_constraints(("dns:example.test",), bounds=bounds)]}}
        yield case(f"name/bounds {form}", "L I R", **limited)
