"""The registry of verifier families: names, versions, sources."""

import importlib
from dataclasses import replace

import pytest

from chainlab.errors import UsageError
from chainlab.verifiers import family_for, family_modules, known_families


@pytest.mark.parametrize("identity", known_families())
def test_every_known_family_loads_and_names_its_sources(identity: str) -> None:
    family = family_for(identity)
    assert family.id == identity
    assert family.title
    assert family.sources


@pytest.mark.parametrize("module", family_modules())
def test_every_family_file_says_what_it_models_and_from_where(module: str) -> None:
    documentation = importlib.import_module(f"chainlab.verifiers.{module}").__doc__ or ""
    assert "Models:" in documentation
    assert "Sources:" in documentation


@pytest.mark.parametrize(
    "identity", ["openssl-1.0.1", "openssl-1.0.2", "openssl-1.1.1", "openssl-3", "libressl", "boringssl", "android-2",
                 "android-17", "conscrypt", "gnutls", "nss-classic", "nss-libpkix", "mozpkix", "chrome", "go", "java-8",
                 "java-sunx509", "bouncycastle", "mbedtls-2", "wolfssl", "bearssl", "webpki", "pyca", "certvalidator",
                 "apple-18", "cryptoapi", "rfc5280"],
)  # fmt: skip
def test_every_family_of_the_contract_is_there(identity: str) -> None:
    assert family_for(identity)


@pytest.mark.parametrize("identity", ["nope", "", "../x", "openssl_1", "family", "builder", "rules", "x" * 100])
def test_unknown_families_are_usage_errors(identity: str) -> None:
    with pytest.raises(UsageError, match="unknown verifier family"):
        family_for(identity)


def test_a_version_picks_the_nearest_earlier_behaviour() -> None:
    assert family_for("openssl-1.0.1e").behaviour == family_for("openssl-1.0.1").behaviour
    assert family_for("openssl-1.0.1u").behaviour == family_for("openssl-1.0.1n").behaviour
    assert family_for("openssl-1.0.1k").behaviour == family_for("openssl-1.0.1m").behaviour
    assert family_for("openssl-1.0.1k").behaviour != family_for("openssl-1.0.1j").behaviour
    assert family_for("openssl-1.0.1u").behaviour != family_for("openssl-1.0.1m").behaviour
    assert family_for("openssl-3.9").behaviour == family_for("openssl-3").behaviour
    assert family_for("openssl-1.0.0").behaviour == family_for("openssl-1.0.1").behaviour
    assert family_for("libressl-2.8").behaviour == family_for("openssl-1.0.2").behaviour


def test_chrome_before_its_own_verifier_is_cryptoapi_on_windows_but_for_hashes_and_host_names() -> None:
    chrome, windows = family_for("chrome-90-windows").behaviour, family_for("cryptoapi").behaviour
    host, hashes = chrome.switches.host, chrome.switches.rejected_hashes
    assert chrome == replace(windows, switches=replace(windows.switches, host=host, rejected_hashes=hashes))
    assert "sha1" in chrome.switches.rejected_hashes
    assert chrome.switches.host.common_name_unless is None
