"""Which update of Java changed what."""

from __future__ import annotations

import pytest

from chainlab.paths.checks import Anchor
from chainlab.verifiers import family_for
from chainlab.verifiers.family import Stop


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
    assert family_for(f"java-{earlier}").behaviour != family_for(f"java-{later}").behaviour
    assert family_for(f"java-{later}").behaviour == family_for("java-17").behaviour


@pytest.mark.parametrize("release", ["8", "11", "17", "21"])
def test_a_release_without_update_is_its_last_update(release: str) -> None:
    assert family_for(f"java-{release}").behaviour == family_for("java-25").behaviour


def test_java_17_0_2_is_like_11_0_13() -> None:
    assert family_for("java-17.0.2").behaviour == family_for("java-11.0.13").behaviour
