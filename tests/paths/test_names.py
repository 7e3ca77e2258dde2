"""Host names and name constraints."""

import pytest

from chainlab.certificate import GeneralName, Name, NameConstraints
from chainlab.paths.names import HostRules, matches_host, violation, within
from tests.pki import Pki


@pytest.mark.parametrize(
    ("san", "host", "expected"),
    [
        ("www.example.test", "WWW.Example.TEST", True),
        ("www.example.test", "www.example.test.", True),
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
    assert matches_host(leaf, "www.example.test", HostRules(common_name_fallback=True))
    assert not matches_host(pki.leaf("I", dns_names=("x.test",)), "www.example.test", HostRules(True))


def test_addresses_match_only_address_names(pki: Pki) -> None:
    assert not matches_host(pki.leaf("I", dns_names=("192.0.2.1",)), "192.0.2.1", HostRules())


@pytest.mark.parametrize(
    ("kind", "name", "tree", "expected"),
    [
        ("dns", "a.example.test", "example.test", True),
        ("dns", "example.test", "example.test", True),
        ("dns", "badexample.test", "example.test", False),
        ("dns", "example.test", ".example.test", False),
        ("dns", "A.EXAMPLE.TEST", "example.test", True),
        ("dns", "anything.test", "", True),
        ("ip", "10.1.2.3", "10.0.0.0/8", True),
        ("ip", "11.1.2.3", "10.0.0.0/8", False),
        ("ip", "2001:db8::1", "10.0.0.0/8", False),
        ("email", "a@example.test", "example.test", True),
        ("email", "a@sub.example.test", "example.test", False),
        ("email", "a@sub.example.test", ".example.test", True),
        ("email", "a@example.test", "b@example.test", False),
        ("uri", "https://a.example.test:8443/x", ".example.test", True),
        ("uri", "https://example.test/x", "example.test", True),
        ("uri", "https://example.test?x", "example.test", True),
        ("uri", "https://user:pw@EXAMPLE.test#x", "example.test", True),
        ("uri", "https://example.test@other.test/", "example.test", False),
        ("uri", "https://[broken", "example.test", False),
        ("uri", "urn:example.test", "example.test", False),
    ],
)
def test_subtrees(kind: str, name: str, tree: str, expected: bool) -> None:
    assert within(GeneralName(kind, name), GeneralName(kind, tree)) is expected


def test_directory_subtrees_are_a_prefix_of_the_name() -> None:
    name, tree, other = Name("CN=x,O=Org,C=GB"), Name("O=Org,C=GB"), Name("O=Else,C=GB")
    assert within(GeneralName("dirname", name.text, name), GeneralName("dirname", tree.text, tree))
    assert not within(GeneralName("dirname", name.text, name), GeneralName("dirname", other.text, other))


def test_exclusion_wins_and_other_kinds_are_not_restricted() -> None:
    constraints = NameConstraints((GeneralName("dns", "example.test"),), (GeneralName("dns", "bad.example.test"),))
    assert violation(constraints, [GeneralName("dns", "a.example.test")]) is None
    assert violation(constraints, [GeneralName("ip", "10.0.0.1")]) is None
    bad = GeneralName("dns", "x.bad.example.test")
    assert violation(constraints, [GeneralName("dns", "a.example.test"), bad]) == bad


def test_an_rdn_of_several_attributes_is_compared_as_a_whole_in_any_order() -> None:
    tree = GeneralName("dirname", "", Name("OU=Unit+O=Org"))
    for name, expected in (("CN=me,O=Org+OU=Unit", True), ("CN=me,O=Org", False), ("CN=me,OU=Unit,O=Org", False)):
        assert within(GeneralName("dirname", name, Name(name)), tree) is expected


def test_an_escaped_comma_does_not_make_a_subtree() -> None:
    tree = GeneralName("dirname", "", Name("O=Org"))
    assert not within(GeneralName("dirname", "", Name("CN=me\\,O=Org")), tree)
    assert within(GeneralName("dirname", "", Name("CN=me\\\\,O=Org")), tree)
