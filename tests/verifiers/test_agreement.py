"""The figures that say how far families were checked."""

from chainlab.verifiers import family_for, known_families
from chainlab.verifiers.agreement import Agreement, agreement_of


def test_the_share_never_rounds_up_to_all() -> None:
    assert str(Agreement("x", 3, 3, "2026-11-20")) == "3 of 3 answers equal (100 %), 2026-11-20"
    assert "(99.99 %)" in str(Agreement("x", 100_000, 99_999, "2026-11-20"))
    assert "(99.5 %)" in str(Agreement("x", 200, 199, "2026-11-20"))
    assert Agreement("x", 0, 0, "2026-11-20").share == 0


def test_measured_families_have_a_figure_and_it_is_high() -> None:
    measured = [agreement_of(family_for(identity)) for identity in known_families()]
    found = [agreement for agreement in measured if agreement is not None]
    assert len(found) >= 30
    low = {agreement.checked_against.split()[0] for agreement in found if agreement.share < 0.995}
    assert not low


def test_a_version_that_behaves_like_a_measured_one_shares_its_figure() -> None:
    assert agreement_of(family_for("java-8")) is not None
    assert agreement_of(family_for("apple-17")) is None
    assert agreement_of(family_for("cryptoapi")) is None
