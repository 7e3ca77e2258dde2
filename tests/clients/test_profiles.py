"""Client profiles and their selection."""

import pytest

from chainlab.clients import Snapshots, load_profiles, parse_own_client, select
from chainlab.clients.profiles import within_family
from chainlab.errors import UsageError
from chainlab.verifiers import family_for

PROFILES = load_profiles()


def ids(selector: str) -> set[str]:
    return {profile.id for profile in select(PROFILES, selector)}


def test_120_named_clients_are_the_default() -> None:
    assert len(PROFILES) == 356
    assert len(select(PROFILES)) == 120
    assert ids("") == ids("default") == {profile.id for profile in PROFILES if profile.default}


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.id)
def test_every_profile_has_a_snapshot_a_family_and_a_source(profile, snapshots: Snapshots) -> None:
    assert family_for(profile.family)
    assert snapshots.roots(profile.store)
    assert profile.source
    assert profile.family_basis in ("documented", "inferred")
    assert profile.grade in ("A", "B", "C", "D") or not profile.default


def test_selectors_are_ids_globs_families_and_filters() -> None:
    assert ids("android-9") == {"android-9"}
    assert {"android-4.0", "android-17"} <= ids("android-*")
    assert ids("openssl-1.0.1e") <= ids("openssl")
    assert ids("mozpkix,chrome") == ids("mozpkix") | ids("chrome")
    assert ids("none") == set()
    assert len(ids("all")) == 356
    assert all(profile.date >= "2020" for profile in select(PROFILES, "min-date:2020"))
    assert ids("android-*,grade:A,max-date:2012") < ids("android-*")
    assert {profile.grade for profile in select(PROFILES, "grade:ab")} == {"A", "B"}


@pytest.mark.parametrize(
    ("family", "term", "within"),
    [
        ("java-8u252", "java-8", True), ("java-11.0.13", "java-11", True), ("java-11.0.13", "java-1", False),
        ("openssl-1.0.2s", "openssl-1.0.2", True), ("nss-classic", "nss", True), ("gnutls", "g", False),
    ],
)  # fmt: skip
def test_a_family_holds_its_versions_and_updates(family: str, term: str, within: bool) -> None:
    assert within_family(family, term) is within


@pytest.mark.parametrize("selector", ["nope", "android-99", "color:red"])
def test_what_matches_nothing_is_a_usage_error(selector: str) -> None:
    with pytest.raises(UsageError):
        select(PROFILES, selector)


def test_own_clients_are_parsed() -> None:
    profile, path = parse_own_client("till scanner=openssl-1.0.2:C:/roots.pem")
    assert (profile.id, profile.name, profile.family) == ("own-till-scanner", "till scanner", "openssl-1.0.2")
    assert str(path).replace("\\", "/") == "C:/roots.pem"


@pytest.mark.parametrize("text", ["x", "x=y", "x=y:", "=openssl-3:f", "x=nope:f"])
def test_malformed_own_clients_are_usage_errors(text: str) -> None:
    with pytest.raises(UsageError):
        parse_own_client(text)
