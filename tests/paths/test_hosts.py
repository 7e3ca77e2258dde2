"""Host names of certificates."""

from dataclasses import replace
from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainlab.certificate import GeneralName
from chainlab.paths.hosts import (
    WITHOUT_DNS,
    WITHOUT_HOSTS,
    WITHOUT_SAN,
    HostRules,
    Match,
    lone_wildcard,
    matches_host,
    star_beside_label,
    star_in_label,
    stars_in_label,
    stars_in_labels,
)
from tests.pki import Pki


@pytest.mark.parametrize(
    ("san", "host", "expected"),
    [
        ("www.example.test", "WWW.Example.TEST", True),
        ("www.example.test", "www.example.test.", True),
        ("www.example.test.", "www.example.test", False),
        ("*.example.test", "a.example.test", True),
        ("*.example.test", "a.b.example.test", False),
        ("*.example.test", "example.test", False),
        ("*.test", "example.test", False),
        ("w*.example.test", "www.example.test", False),
        ("*", "www", False),
    ],
)
def test_dns_names_match_by_rfc_6125(pki: Pki, san: str, host: str, expected: bool) -> None:
    assert matches_host(pki.leaf("I", dns_names=(san,)), host, HostRules()) is expected


def test_the_common_name_counts_only_where_the_client_says_so(pki: Pki) -> None:
    leaf = pki.leaf("I", dns_names=())
    assert not matches_host(leaf, "www.example.test", HostRules())
    assert matches_host(leaf, "www.example.test", HostRules(WITHOUT_DNS))
    assert not matches_host(pki.leaf("I", dns_names=("x.test",)), "www.example.test", HostRules(WITHOUT_DNS))


def test_addresses_match_only_address_names(pki: Pki) -> None:
    assert not matches_host(pki.leaf("I", dns_names=("192.0.2.1",)), "192.0.2.1", HostRules())


@pytest.mark.parametrize(
    ("names", "keeping_out"),
    [((), set()), (("dns:other.test",), {"dns", "hosts", "san"}), (("ip:192.0.2.1",), {"hosts", "san"}),
     (("uri:https://other.test/",), {"hosts", "san"}), (("email:a@b.test",), {"san"})],
)  # fmt: skip
def test_other_alternative_names_keep_the_common_name_out_for_some(
    pki: Pki, names: tuple[str, ...], keeping_out: set[str]
) -> None:
    plain = pki.leaf("I", "www.example.test", dns_names=())
    kinds = [name.partition(":")[::2] for name in names]
    alternative = tuple(GeneralName(kind, value) for kind, value in kinds) or None
    leaf = replace(plain, extensions=replace(plain.extensions, subject_alternative_names=alternative))
    sets = {"dns": WITHOUT_DNS, "hosts": WITHOUT_HOSTS, "san": WITHOUT_SAN}
    refused = {name for name, unless in sets.items() if not matches_host(leaf, "www.example.test", HostRules(unless))}
    assert refused == keeping_out
    assert not matches_host(leaf, "www.example.test", HostRules())


RULES: dict[str, Match] = {
    "lone": lone_wildcard, "beside": star_beside_label, "one": star_in_label, "first": stars_in_label,
    "every": stars_in_labels,
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("*.example.test", {"lone", "beside", "one", "first", "every"}),
        ("w*.example.test", {"beside", "one", "first", "every"}),
        ("*www.example.test", {"beside", "one", "first", "every"}),
        ("w*w.example.test", {"one", "first", "every"}),
        ("w*w*.example.test", {"first", "every"}),
        ("w**.example.test", {"first", "every"}),
        ("www.*.test", {"every"}),
        ("*.*.test", {"every"}),
        ("*.test", set()),
        ("www.example.*", set()),
        ("x*.example.test", set()),
        ("ww*ww.example.test", set()),
    ],
)
def test_what_a_wildcard_may_be_differs(name: str, expected: set[str]) -> None:
    assert {rule for rule, match in RULES.items() if match(name, "www.example.test")} == expected


@pytest.mark.parametrize("match", RULES.values(), ids=RULES)
def test_a_name_stands_for_itself_whatever_it_is(pki: Pki, match: Match) -> None:
    for name in ("*.example.test", "w*w.example.test", "*", "{{ 7*7 }}"):
        plain = pki.leaf("I")
        alternative = (GeneralName("dns", name),)
        leaf = replace(plain, extensions=replace(plain.extensions, subject_alternative_names=alternative))
        assert matches_host(leaf, name, HostRules(match=match))


def test_many_stars_take_no_longer_than_their_number() -> None:
    assert not stars_in_label("*a" * 20_000 + "b.example.test", "a" * 40_000 + ".example.test")


@given(st.text("ab*", max_size=6), st.text("ab", max_size=6))
def test_stars_mean_what_they_mean_to_the_shell(wildcard: str, label: str) -> None:
    assert stars_in_label(f"{wildcard}.example.test", f"{label}.example.test") == fnmatchcase(label, wildcard)
