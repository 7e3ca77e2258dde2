"""What Android takes name constraints for."""

from __future__ import annotations

import pytest

from chainlab.certificate import GeneralName
from chainlab.paths.name_rules import Fit
from chainlab.verifiers import family_for


@pytest.mark.parametrize(
    ("version", "expected"),
    [("6", Fit.INSIDE), ("7", Fit.OUTSIDE), ("14", Fit.OUTSIDE), ("15", Fit.UNKNOWN), ("17", Fit.UNKNOWN)],
)
def test_a_constraint_with_a_leading_dot_is_known_where_the_validator_is(version: str, expected: Fit) -> None:
    rules = family_for(f"android-{version}").switches.names
    name = GeneralName("dns", "www.example.test")
    for excluded in (True, False):
        assert rules.compare(name, GeneralName("dns", ".example.test"), excluded) is expected
        assert rules.compare(name, GeneralName("dns", "example.test"), excluded) is Fit.INSIDE
