"""From a user agent to the client profile whose trust store and verifier it uses.

What counts is who validates, not what it is called: every browser on iOS uses the system [D: App Review 2.5.6];
Firefox brings its own roots; Chrome has the Chrome Root Store by default from version 108 on Windows and macOS, 114 on
Linux and ChromeOS and 115 on Android, and a component update brings each of these the newest within a day [D: Chromium,
net/data/ssl/chrome_root_store/faq.md]; before that it used the system's, as Android's WebView still does [M]. Edge uses
Windows' roots [M]. Windows' own store updates itself, so that Windows clients count as the newest list. Safari on macOS
names a frozen system version; its own major version is that of iOS. Otherwise a version picks the newest profile that
is not newer; no profile stands for a client older than all of them (Android 1.6, Java 1.4), nor for programs that use
Windows XP's or Vista's own store and verifier, which no profile models.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from chainlab.clients import Profile
from chainlab.errors import UsageError

if TYPE_CHECKING:
    from ua_parser import Result

Version = tuple[int, ...]

CHROME_ROOT_STORE: Final = {"Windows": 108, "Mac OS X": 108, "Android": 115, "Linux": 114, "Chrome OS": 114}
_SERIES: Final = {
    "Android": re.compile(r"^Android (\d+(?:\.\d+)*)"),
    "Firefox": re.compile(r"^Firefox (?:ESR )?(\d+(?:\.\d+)*)"),
    "iOS": re.compile(r"^iOS (\d+(?:\.\d+)*)"),
    "macOS": re.compile(r"(?:macOS|OS X) (\d+(?:\.\d+)*)"),
    "Chrome": re.compile(r"^Chromium (\d+)"),
    "Java": re.compile(r"^Java (\d+(?:u\d+|(?:\.\d+)*))"),
    "Node": re.compile(r"^Node (\d+(?:\.\d+)*)"),
}
"""How profiles name the series that they are versions of."""

_JAVA: Final = re.compile(r"\bJava/(?:1\.)?(\d{1,3})(?:\.(\d{1,3})(?:[._](\d{1,4}))?)?")
_NODE: Final = re.compile(r"\b(?:node|Node\.js)/v?(\d{1,3}(?:\.\d{1,4}){1,2})")
_KERNEL: Final = re.compile(r"\bWindows NT (\d{1,3}(?:\.\d{1,3})?)")
WINDOWS_7: Final = (6, 1)
"""The kernel's version from which Windows clients are mapped."""

_CHROMES: Final = frozenset({"Chrome", "Chrome Mobile"})
_CHROMIUMS: Final = frozenset({"Chromium", "HeadlessChrome"})
"""Builds without the component updater: their store is as old as they are."""


class Agents:
    """Maps user agents to the profiles given; each distinct user agent is parsed once by the caller."""

    def __init__(self, profiles: Iterable[Profile]) -> None:
        """``UsageError`` if the extra ``traffic`` is not installed."""
        try:
            from ua_parser import parse
        except ImportError:
            raise UsageError("reading access logs needs the extra 'traffic': pip install 'chainlab[traffic]'") from None
        self._parse = parse
        self._series: dict[str, list[tuple[Version, str]]] = defaultdict(list)
        for profile in profiles:
            self._add(profile)
        for members in self._series.values():
            members.sort()

    def _add(self, profile: Profile) -> None:
        for series, pattern in _SERIES.items():
            for found in pattern.findall(profile.name):
                self._series[series].append((_version(found.replace("u", ".0.")), profile.id))
        if profile.family == "cryptoapi":
            self._series["Windows"].append((_version(profile.date.replace("-", ".")), profile.id))

    def profile(self, agent: str) -> str | None:
        """The id of the profile that stands for this user agent; ``None`` where nothing tells."""
        java, node = _JAVA.search(agent), _NODE.search(agent)
        if java is not None and "Android" not in agent:
            return self._nearest("Java", _version(".".join(part or "0" for part in java.groups())))
        if node is not None:
            return self._nearest("Node", _version(node[1]))
        parsed = self._parse(agent)
        spider = parsed.device is not None and parsed.device.family == "Spider"
        return None if spider else self._client(parsed, agent)

    def _client(self, parsed: Result, agent: str) -> str | None:
        browser = parsed.user_agent.family if parsed.user_agent is not None else ""
        version = _of(parsed.user_agent)
        system, system_version = parsed.os.family if parsed.os is not None else "", _of(parsed.os)
        if system == "iOS":
            return self._nearest("iOS", system_version)
        if browser.startswith("Firefox"):
            return self._nearest("Firefox", version)
        own = version >= (CHROME_ROOT_STORE.get(system, CHROME_ROOT_STORE["Linux"]),)
        if browser in _CHROMES and own:
            return self._newest("Chrome")
        if browser in _CHROMIUMS and own:
            return self._nearest("Chrome", version)
        if system == "Windows":
            return self._windows(agent)
        return self._by_system(browser, version, system, system_version)

    def _by_system(self, browser: str, version: Version, system: str, system_version: Version) -> str | None:
        if system == "Android":
            return self._nearest("Android", system_version)
        if system == "Mac OS X":
            # Safari and macOS 11 and later: the system version is frozen, Safari's counts
            return self._nearest("iOS", version) if browser == "Safari" and version >= (14,) else self._nearest(
                "macOS", system_version)  # fmt: skip
        return None

    def _windows(self, agent: str) -> str | None:
        """Windows' own store, as far as the profiles go back."""
        kernel = _KERNEL.search(agent)
        return self._newest("Windows") if kernel is not None and _version(kernel[1]) >= WINDOWS_7 else None

    def _newest(self, series: str) -> str | None:
        """The newest profile of a series that updates itself."""
        members = self._series.get(series)
        return members[-1][1] if members else None

    def _nearest(self, series: str, version: Version) -> str | None:
        """The newest profile that is not newer; ``None`` for one older than all."""
        members = self._series.get(series)
        if not members or not version:
            return None
        place = bisect_right(members, (version, "\U0010ffff"))
        return members[place - 1][1] if place else None


def _version(text: str) -> Version:
    return tuple(int(part) for part in text.split(".") if part.isdigit())


def _of(part: object) -> Version:
    """The numbers of a parsed version, up to the first that is missing."""
    numbers: list[int] = []
    for name in ("major", "minor", "patch"):
        value = getattr(part, name, None)
        if not (isinstance(value, str) and value.isdecimal() and len(value) < 10):
            break
        numbers.append(int(value))
    return tuple(numbers)
