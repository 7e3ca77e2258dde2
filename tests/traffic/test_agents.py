"""Which profile stands for a user agent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainlab.clients import load_profiles, select
from chainlab.traffic import Agents

pytest.importorskip("ua_parser")
AGENTS = Agents(select(load_profiles()))
ALL = {profile.id for profile in load_profiles()}

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
SAFARI = "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/{} {}Safari/604.1"


@pytest.mark.parametrize(
    ("agent", "profile"),
    [
        ("Dalvik/2.1.0 (Linux; U; Android 7.1.1; Nexus 5X Build/N4F26I)", "android-7.1.1"),
        (f"Mozilla/5.0 (Linux; Android 4.4.2; GT-I9505) {WEBKIT} Version/4.0 Chrome/30.0.0.0 Mobile Safari/537.36",
         "android-4.4-aosp"),
        (f"Mozilla/5.0 (Linux; Android 9; SM-G960F) {WEBKIT} Chrome/91.0.4472.120 Mobile Safari/537.36", "android-9"),
        (f"Mozilla/5.0 (Linux; Android 9; SM-G960F) {WEBKIT} Chrome/132.0 Mobile Safari/537.36",
         "chromium-embedded-153.0.0"),
        (f"Mozilla/5.0 (Linux; Android 9; SM-G960F) {WEBKIT} Chrome/114.0 Mobile Safari/537.36", "android-9"),
        (f"Mozilla/5.0 (Linux; Android 9; SM-G960F; wv) {WEBKIT} Version/4.0 Chrome/132.0.0.0 Mobile Safari/537.36",
         "android-9"),
        (f"Mozilla/5.0 (X11; Linux x86_64) {WEBKIT} HeadlessChrome/132.0.0.0 Safari/537.36",
         "chromium-embedded-131.0.1"),
        ("Mozilla/5.0 (Linux; U; Android 1.6; en-us) AppleWebKit/525.10+ Version/3.0.4 Mobile Safari/523.12.2", None),
        ("Mozilla/5.0 (Linux; U; Android 2.2; en-us) AppleWebKit/533.1 Version/4.0 Mobile Safari/533.1",
         "android-2.2-cfssl"),
        ("Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 5.1; Trident/4.0)", None),
        ("Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 6.0)", None),
        ("Mozilla/4.0 (compatible; MSIE 6.0; Windows 98)", None),
        ("Mozilla/5.0 (Windows NT 5.1; rv:52.0) Gecko/20100101 Firefox/52.0", "nss-3.28.3"),
        ("Java/1.4.2_19", None),
        ("Java/1.5.0_13", "java-5.0u13"),
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/154.0.0.0 Safari/537.36",
         "chromium-embedded-153.0.0"),
        (f"Mozilla/5.0 (Windows NT 10.0) {WEBKIT} Chrome/120.0 Safari/537.36 Edg/120.0", "windows-program-2026-07"),
        ("Mozilla/5.0 (Windows NT 6.1; Trident/7.0; rv:11.0) like Gecko", "windows-program-2026-07"),
        ("Mozilla/5.0 (Windows NT 10.0; rv:78.0) Gecko/20100101 Firefox/78.0", "nss-3.53.1"),
        ("Mozilla/5.0 (Android 9; Mobile; rv:115.0) Gecko/115.0 Firefox/115.0", "nss-3.90"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 12_4 like Mac OS X) " + SAFARI.format("12.1.2", "Mobile/15E148 "),
         "apple-ios12"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) " + SAFARI.format("16.1", ""), "apple-ios16"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_9_5) " + SAFARI.format("7.0.3", ""), "macos-10.9.5"),
        ("Java/1.8.0_252", "java-8u252-openjdk"),
        ("Java/1.8.0_300", "java-8u252-openjdk"),
        ("Java/1.7.0_09", "java-7-ga"),
        ("Apache-HttpClient/4.5.13 (Java/11.0.13)", "java-11.0.13-openjdk"),
        ("node/16.20.2", "node-16.20.2"),
        ("curl/7.68.0", None),
        ("python-requests/2.25.1", None),
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", None),
        ("", None),
    ],
)  # fmt: skip
def test_who_validates_decides(agent: str, profile: str | None) -> None:
    assert AGENTS.profile(agent) == profile


def test_only_selected_profiles_are_mapped_to() -> None:
    only = Agents(select(load_profiles(), "android-*"))
    assert only.profile("Java/1.8.0_252") is None
    found = only.profile("Dalvik/2.1.0 (Linux; U; Android 9; x)")
    assert found is not None
    assert found.startswith("android-9")


@given(
    st.text(max_size=200) | st.from_regex(r"(Java|node|Android|Chrome|Firefox|Version)/[0-9._]{0,30}", fullmatch=True)
)
def test_any_user_agent_is_answered(agent: str) -> None:
    assert AGENTS.profile(agent) in ALL | {None}
