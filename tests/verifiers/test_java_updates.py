"""Which update of Java changed what."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chainlab.certificate import GeneralName
from chainlab.paths.hosts import HostRules
from chainlab.paths.name_rules import Fit, NameRules
from chainlab.paths.switches import Anchor
from chainlab.verifiers import family_for
from chainlab.verifiers.family import Family, Stop


def search(release: str) -> Family:
    """The behaviour of a release but for how it compares names."""
    table = family_for(f"java-{release}").behaviour
    return replace(table, switches=replace(table.switches, names=NameRules(), host=HostRules()))


@pytest.mark.parametrize(
    ("earlier", "later"), [("7u79", "7u251"), ("8u231", "8u241"), ("11.0.5", "11.0.6"), ("12.0.1", "14.0.2")]
)
def test_the_root_is_looked_at_from_january_2020_on(earlier: str, later: str) -> None:
    assert family_for(f"java-{earlier}").switches.anchor is Anchor.NOTHING
    checked = family_for(f"java-{later}")
    assert Anchor.SAYS_CA in checked.switches.anchor
    assert checked.stop is Stop.FIRST_BUT_ANCHOR


@pytest.mark.parametrize(
    ("earlier", "later"), [("8u382", "8u392"), ("11.0.20", "11.0.21"), ("17.0.7", "17.0.9"), ("21.0.0", "21.0.2")]
)
def test_the_builder_reads_name_constraints_otherwise_from_october_2023_on(earlier: str, later: str) -> None:
    assert search(earlier) != search(later)
    assert search(later) == search("17")


@pytest.mark.parametrize("release", ["8", "11", "17", "21"])
def test_a_release_without_update_is_its_last_update(release: str) -> None:
    assert search(release) == search("25")


@pytest.mark.parametrize(
    ("release", "expected"),
    [("8", Fit.OUTSIDE), ("11", Fit.OUTSIDE), ("17.0.14", Fit.OUTSIDE), ("17.0.15", Fit.INSIDE), ("17", Fit.INSIDE),
     ("21.0.6", Fit.OUTSIDE), ("21.0.7", Fit.INSIDE), ("22", Fit.INSIDE), ("25", Fit.INSIDE)],
)  # fmt: skip
def test_a_constraint_with_a_leading_dot_matches_from_april_2025_on(release: str, expected: Fit) -> None:
    name, tree = GeneralName("dns", "www.example.test"), GeneralName("dns", ".example.test")
    assert family_for(f"java-{release}").switches.names.compare(name, tree, False) is expected


@pytest.mark.parametrize(("release", "expected"), [("8", True), ("17", True), ("19", False), ("25", False)])
def test_wildcards_stand_in_the_first_label_only_from_java_19_on(release: str, expected: bool) -> None:
    host = family_for(f"java-{release}").switches.host
    assert host.match("www.*.test", "www.example.test") is expected
    assert host.match("w*.example.test", "www.example.test")


@pytest.mark.parametrize(("release", "expected"), [("17", Fit.REFUSED), ("19", Fit.REFUSED), ("20", Fit.OUTSIDE)])
def test_ipv4_and_ipv6_networks_are_told_apart_from_java_20_on(release: str, expected: Fit) -> None:
    address, every = GeneralName("ip", "192.0.2.1"), GeneralName("ip", "::/0")
    assert family_for(f"java-{release}").switches.names.compare(address, every, True) is expected


def test_java_17_0_2_is_like_11_0_13() -> None:
    assert family_for("java-17.0.2").behaviour == family_for("java-11.0.13").behaviour
