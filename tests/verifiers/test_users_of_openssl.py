"""Python, curl, Node.js and Ruby: which OpenSSL, with which flags."""

from dataclasses import replace

import pytest

from chainlab.errors import UsageError
from chainlab.verifiers import family_for


@pytest.mark.parametrize(
    ("user", "library"),
    [
        ("python-2.7.9", "openssl-1.0.1e"), ("python-2.7", "openssl-1.0.2-trusted-first"),
        ("python-3.4.2", "openssl-1.0.1e"), ("python-3.6.8", "openssl-1.0.2-trusted-first"),
        ("python-3.8", "openssl-1.1.1-level1"), ("python-3.12.1", "openssl-3-level1"),
        ("python-3.13", "openssl-3-level1-partial-strict"), ("curl-7.19", "openssl-1.0.1e"),
        ("curl-7.50.3", "openssl-1.0.2-trusted-first"), ("curl-7.68", "openssl-1.1.1-level1-partial"),
        ("curl-8.5.0", "openssl-3-level1-partial"), ("node-0.10.38", "openssl-1.0.1m"), ("node-0.10", "openssl-1.0.1u"),
        ("node-8.17.0", "openssl-1.0.2"), ("node-14", "openssl-1.1.1-level1"), ("node-24.21.0", "openssl-3.5-level2"),
        ("ruby-2.7", "openssl-1.1.1-level1"), ("ruby-3.3", "openssl-3-level1"), ("ruby-1.9", "openssl-1.0.1e"),
    ],
)  # fmt: skip
def test_a_release_behaves_as_its_openssl_with_its_flags(user: str, library: str) -> None:
    used, alone = family_for(user).behaviour, family_for(library).behaviour
    assert replace(used, switches=replace(used.switches, host=alone.switches.host)) == alone
    assert family_for(user).id == user


@pytest.mark.parametrize(
    ("user", "partial", "beside_an_address"),
    [
        ("node-0.10.38", True, True), ("node-0.10", True, False), ("node-4", True, False), ("node-4.0.0", True, True),
        ("node-12.22.8", True, False), ("node-12", True, True), ("node-18", True, True), ("curl-7.40", True, False),
        ("curl-8.0.1", True, False), ("curl-8.1.0", False, False), ("curl-8", False, False),
        ("python-3.6", True, False), ("python-3.7", False, True), ("ruby-3.3", True, False),
    ],
)  # fmt: skip
def test_programs_match_host_names_themselves(user: str, partial: bool, beside_an_address: bool) -> None:
    host = family_for(user).switches.host
    assert host.match("w*.example.test", "www.example.test") is partial
    assert host.match("*.example.test", "www.example.test")
    assert host.common_name_unless is not None
    assert ("ip" not in host.common_name_unless) is beside_an_address


def test_security_levels_are_those_of_the_release() -> None:
    assert "sha1" not in family_for("openssl-1.1.1-level1").switches.rejected_hashes
    assert "sha1" in family_for("openssl-3-level1").switches.rejected_hashes
    assert "sha1" in family_for("openssl-1.1.1-level2").switches.rejected_hashes
    assert family_for("openssl-3-level2").switches.min_rsa_bits == 2048


def test_a_release_not_looked_at_itself_says_which_one_stands_for_it() -> None:
    assert family_for("openssl-3.9").note == "taken to be like OpenSSL 3.5, the nearest release known"
    assert family_for("openssl-0.9.8").note == "taken to be like OpenSSL 1.0.1, the nearest release known"
    assert family_for("openssl-1.0.2u").note == ""
    assert family_for("java-19").note == "taken to be like Java 17, the nearest release known"
    assert family_for("android-9").note == "taken to be like Android 7, the nearest release known"


def test_an_unknown_option_is_wrong_usage() -> None:
    with pytest.raises(UsageError, match="trusted-frist"):
        family_for("openssl-1.0.2-trusted-frist")
