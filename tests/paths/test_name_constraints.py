"""Name constraints: what lies in a subtree, and what breaks them."""

import pytest

from chainlab.certificate import GeneralName, Name, NameConstraints
from chainlab.paths.name_constraints import Breach, breaches
from chainlab.paths.name_rules import Fit, NameRules

RULES = NameRules()


def dirname(text: str) -> GeneralName:
    return GeneralName("dirname", text, Name(text))


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
    ],
)
def test_subtrees(kind: str, name: str, tree: str, expected: bool) -> None:
    fit = RULES.compare(GeneralName(kind, name), GeneralName(kind, tree), False)
    assert fit is (Fit.INSIDE if expected else Fit.OUTSIDE)


@pytest.mark.parametrize("uri", ["https://[broken", "urn:example.test", "https://192.0.2.1/", "https://[2001:db8::1]/"])
def test_a_uri_without_a_host_name_is_refused_where_uris_are_constrained(uri: str) -> None:
    assert RULES.compare(GeneralName("uri", uri), GeneralName("uri", "example.test"), True) is Fit.REFUSED


def test_the_part_of_an_address_before_the_at_sign_is_compared_exactly() -> None:
    mailbox = GeneralName("email", "Me@example.test")
    assert RULES.compare(mailbox, GeneralName("email", "Me@EXAMPLE.test"), False) is Fit.INSIDE
    assert RULES.compare(mailbox, GeneralName("email", "me@example.test"), False) is Fit.OUTSIDE


def test_names_of_another_form_are_apart() -> None:
    upn, sid = GeneralName("other", "1.3.6.1.4.1.311.20.2.3"), GeneralName("other", "1.3.6.1.4.1.311.25.2.1")
    assert RULES.compare(upn, GeneralName("dns", "example.test"), False) is Fit.APART
    assert RULES.compare(upn, sid, False) is Fit.APART
    assert RULES.compare(upn, upn, False) is Fit.UNKNOWN


def test_directory_subtrees_are_a_prefix_of_the_name() -> None:
    name = dirname("CN=x,O=Org,C=GB")
    assert RULES.compare(name, dirname("O=Org,C=GB"), False) is Fit.INSIDE
    assert RULES.compare(name, dirname("O=Else,C=GB"), False) is Fit.OUTSIDE


def test_exclusion_wins_and_other_kinds_are_not_restricted() -> None:
    constraints = NameConstraints((GeneralName("dns", "example.test"),), (GeneralName("dns", "bad.example.test"),))
    good, bad = GeneralName("dns", "a.example.test"), GeneralName("dns", "x.bad.example.test")
    assert not list(breaches(constraints, [good, GeneralName("ip", "10.0.0.1")], RULES))
    assert list(breaches(constraints, [good, bad], RULES)) == [Breach(bad, True, Fit.INSIDE)]


def test_subtrees_that_have_no_say_permit_and_one_that_has_decides() -> None:
    def apart(name: GeneralName, tree: GeneralName, _excluded: bool) -> Fit:
        return Fit.OUTSIDE if tree.value == "has a say" else Fit.APART

    name, rules = GeneralName("dns", "a.test"), NameRules(dns=apart)
    silent, decisive = GeneralName("dns", "silent"), GeneralName("dns", "has a say")
    assert not list(breaches(NameConstraints((silent, silent)), [name], rules))
    assert list(breaches(NameConstraints((silent, decisive)), [name], rules)) == [Breach(name, False, Fit.OUTSIDE)]


def test_an_rdn_of_several_attributes_is_compared_as_a_whole_in_any_order() -> None:
    tree = dirname("OU=Unit+O=Org")
    for name, expected in (("CN=me,O=Org+OU=Unit", True), ("CN=me,O=Org", False), ("CN=me,OU=Unit,O=Org", False)):
        assert (RULES.compare(dirname(name), tree, False) is Fit.INSIDE) is expected


def test_an_escaped_comma_does_not_make_a_subtree() -> None:
    tree = dirname("O=Org")
    assert RULES.compare(dirname("CN=me\\,O=Org"), tree, False) is Fit.OUTSIDE
    assert RULES.compare(dirname("CN=me\\\\,O=Org"), tree, False) is Fit.INSIDE
