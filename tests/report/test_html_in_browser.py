"""The HTML report in a real browser, from ``file://``: interactions by mouse and keyboard, and axe-core's rules."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from chainlab.report.html_report import fragment, render, render_explained, render_impact
from tests.report.test_html import HOSTILE, R46, changed, explained, made, renamed

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = shutil.which("chromium")
ARGUMENTS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
WIDTHS = (1280, 390)
CASES = {
    "plan": (R46,),
    "two servers": ("r46/server.reg", "e46/server.reg"),
}

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield started
        started.close()


class Opened:
    """A page with what it complained about and asked for."""

    def __init__(self, browser: Browser, file: Path, **options: Any) -> None:
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.page: Page = browser.new_page(**options)
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", lambda dialog: self.complaints.append(f"dialog {dialog.message}"))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(file.as_uri())
        self.own = file.as_uri()

    def close(self) -> None:
        self.page.close()
        assert self.complaints == []
        assert set(self.requests) == {self.own}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("reports")
    written = {}
    for number, (name, inputs) in enumerate(CASES.items()):
        written[name] = folder / f"{number}.html"
        written[name].write_text(render(made(*inputs)), encoding="utf-8")
    others = {
        "impact": render_impact(changed("untrust fb243876")),
        "explanation": render_explained(explained("android-7.0")),
        "notebook": f"<!doctype html><title>Notebook</title><h1>Cell</h1>{fragment(render(made(R46)), 700)}",
    }
    for name, page in others.items():
        written[name] = folder / f"{name}.html"
        written[name].write_text(page, encoding="utf-8")
    return written


@pytest.fixture(params=WIDTHS)
def page(request: pytest.FixtureRequest, browser: Browser, files: dict[str, Path]) -> Iterator[Page]:
    opened = Opened(browser, files["plan"], viewport={"width": request.param, "height": 900})
    yield opened.page
    opened.close()


def text(page: Page, selector: str) -> str:
    return " ".join(page.locator(selector).first.inner_text().split())


def classes(page: Page, selector: str) -> set[str]:
    return set((page.locator(selector).first.get_attribute("class") or "").split())


def certificate(page: Page, start: str) -> str:
    return f'svg [data-certificate^="{start}"]'


def test_it_fits_its_window(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_a_focused_certificate_shows_its_facts(page: Page) -> None:
    page.locator(".drawing").focus()
    page.keyboard.press("Tab")
    focused = page.evaluate("document.activeElement.dataset.certificate")
    assert focused
    assert focused in text(page, ".facts")


def test_a_hovered_certificate_shows_its_facts_and_a_click_keeps_them(page: Page) -> None:
    fingerprints = page.evaluate("[...document.querySelectorAll('svg .certificate')].map(c => c.dataset.certificate)")
    first, second = fingerprints[0], fingerprints[-1]
    page.locator(f'svg [data-certificate="{first}"] text').first.hover()
    assert first in text(page, ".facts")
    page.locator(f'svg [data-certificate="{first}"] text').first.click()
    page.locator(f'svg [data-certificate="{second}"] text').first.hover()
    assert first in text(page, ".facts")
    page.keyboard.press("Escape")
    page.locator(f'svg [data-certificate="{first}"] text').first.hover()
    page.locator(f'svg [data-certificate="{second}"] text').first.hover()
    assert second in text(page, ".facts")


def test_enter_keeps_a_certificate_as_a_click_does(page: Page) -> None:
    part = page.locator("svg .certificate").first
    part.focus()
    page.keyboard.press("Enter")
    assert part.get_attribute("aria-pressed") == "true"
    page.keyboard.press(" ")
    assert part.get_attribute("aria-pressed") == "false"


def test_a_picked_client_shows_where_it_stops(page: Page) -> None:
    page.locator('button[data-client="android-7.0"]').click()
    assert "Android 7.0: reject, no-anchor" in text(page, ".answer")
    assert "Verifier android-7" in text(page, ".answer")
    assert page.locator(".pick select").input_value() == "android-7.0"
    stops = page.locator("svg .certificate.stop")
    assert stops.count() == 1
    assert "on-path" in (stops.get_attribute("class") or "")
    page.keyboard.press("Escape")
    assert page.locator("svg .on-path").count() == 0


def test_what_a_client_picked_in_the_table_finds_is_seen_there_and_nothing_moves(page: Page) -> None:
    button = page.locator('button[data-client="android-7.0"]')
    button.scroll_into_view_if_needed()
    before = button.bounding_box()
    button.click()
    after = button.bounding_box()
    assert before is not None
    assert after is not None
    assert abs(after["y"] - before["y"]) < 2
    told = page.locator(".answer.beside")
    assert told.inner_text().startswith("✗ Android 7.0: reject, no-anchor.")
    box, height = told.bounding_box(), page.evaluate("window.innerHeight")
    assert box is not None
    assert 0 <= box["y"] < box["y"] + box["height"] <= height + 1
    told.locator("a").click()
    stop = page.locator("svg .certificate.stop")
    stop.scroll_into_view_if_needed()
    frame, part = page.locator(".drawing").bounding_box(), stop.bounding_box()
    assert frame is not None
    assert part is not None
    assert frame["x"] <= part["x"] + part["width"] / 2 <= frame["x"] + frame["width"]
    page.keyboard.press("Escape")
    assert not page.locator(".answer.beside").is_visible()


def test_every_year_is_on_a_wide_screen(browser: Browser, files: dict[str, Path]) -> None:
    opened = Opened(browser, files["plan"], viewport={"width": 1280, "height": 900})
    assert opened.page.evaluate("(e => e.scrollWidth <= e.clientWidth)(document.querySelector('.scroll'))")
    opened.close()


def test_the_first_screen_says_who_fails_why_and_what_to_do(browser: Browser, files: dict[str, Path]) -> None:
    opened = Opened(browser, files["plan"], viewport={"width": 1280, "height": 900})
    for column in opened.page.locator(".column").all():
        box = column.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] < 900
    opened.page.locator(".column a", has_text="Commands").click()
    assert opened.page.locator("#h-plan").bounding_box()["y"] < 100  # type: ignore[index]
    opened.close()


@pytest.mark.parametrize("width", WIDTHS)
def test_an_impact_switches_between_before_and_after(browser: Browser, files: dict[str, Path], width: int) -> None:
    opened = Opened(browser, files["impact"], viewport={"width": width, "height": 900})
    page = opened.page
    page.locator('.stages input[value="now"]').focus()
    page.keyboard.press("ArrowRight")
    assert text(page, '.stage-view[data-stage="planned"] h3') == "After: 88 of 120 clients accept"
    assert text(page, ".tally") == "88 of 120 accept."
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    opened.close()


def test_an_explanation_shows_the_facts_of_its_graph(browser: Browser, files: dict[str, Path]) -> None:
    opened = Opened(browser, files["explanation"], viewport={"width": 390, "height": 900})
    opened.page.locator("svg .certificate").last.focus()
    assert "SHA-256" in text(opened.page, ".facts")
    assert opened.page.locator("details.why .tree").first.is_visible()
    assert opened.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    opened.close()


def test_a_fragment_works_within_another_page_and_stays_in_its_frame(browser: Browser, files: dict[str, Path]) -> None:
    opened = Opened(browser, files["notebook"], viewport={"width": 1000, "height": 900})
    frame = opened.page.frame_locator("iframe")
    frame.locator('button[data-client="android-7.0"]').click()
    assert frame.locator(".answer").first.inner_text().startswith("✗ Android 7.0: reject")
    frame.locator(".column a", has_text="Commands").click()
    heading = frame.locator("#h-plan").bounding_box()
    assert heading is not None
    assert heading["y"] < 900
    frame.locator("svg .certificate").first.focus()
    assert "SHA-256" in frame.locator(".facts").inner_text()
    assert opened.page.locator("h1").evaluate("e => getComputedStyle(e).fontFamily") != frame.locator("h1").evaluate(
        "e => getComputedStyle(e).fontFamily"
    )
    opened.requests = [url for url in opened.requests if url != "about:srcdoc"]
    opened.close()


def test_a_client_picked_from_the_list_shows_its_whole_path(page: Page) -> None:
    page.locator(".pick select").select_option("android-15")
    assert text(page, ".answer").startswith("✓ Android 15")
    assert page.locator("svg .certificate.on-path").count() == 3
    assert page.locator("svg .certificate.stop").count() == 0
    assert page.locator('button[data-client="android-15"]').get_attribute("aria-pressed") == "true"


def test_arrow_keys_move_between_clients_and_enter_picks(page: Page) -> None:
    page.locator('button.client[tabindex="0"]').focus()
    assert page.locator('button.client[tabindex="0"]').count() == 1
    seen = []
    for key in ("ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp", "End", "Home"):
        page.keyboard.press(key)
        seen.append(page.evaluate("document.activeElement.dataset.client"))
    assert all(seen)
    assert len(set(seen)) > 3
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.getAttribute('aria-pressed')") == "true"
    assert text(page, ".answer")


def test_the_switch_shows_before_and_after(page: Page) -> None:
    cross = certificate(page, "e8830112")
    assert "served" not in classes(page, cross)
    assert text(page, ".tally") == "28 of 120 accept."
    page.locator('.states input[value="planned"]').check()
    assert "served" in classes(page, cross)
    assert text(page, ".tally") == "88 of 120 accept."
    button = page.locator('button[data-client="android-7.0"]')
    assert (button.get_attribute("aria-label") or "").endswith("accept, before: reject")
    assert page.locator('.stages input[value="planned"]').is_checked()
    assert page.locator('.state[data-state="planned"] .chain li').first.is_visible()
    assert not page.locator('.state[data-state="now"] .chain li').first.is_visible()


def test_the_plans_switch_works_by_keyboard_and_moves_the_whole_page(page: Page) -> None:
    page.locator('.stages input[value="now"]').focus()
    page.keyboard.press("ArrowRight")
    assert text(page, '.stage-view[data-stage="planned"] h3') == "After: 88 of 120 clients accept"
    assert not page.locator('.stage-view[data-stage="now"]').is_visible()
    assert page.locator('.states input[value="planned"]').is_checked()
    assert text(page, ".tally") == "88 of 120 accept."
    page.keyboard.press("ArrowLeft")
    assert page.locator('.stage-view[data-stage="now"]').is_visible()
    assert text(page, ".tally") == "28 of 120 accept."


def test_a_name_outside_the_graph_leads_to_its_entry(page: Page) -> None:
    page.locator(".stage-view:not([hidden]) button.name").first.focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
    assert page.evaluate("document.activeElement.parentElement.open")


@pytest.mark.parametrize(
    ("case", "width", "scheme"),
    [("plan", 1280, "light"), ("plan", 1280, "dark"), ("plan", 390, "light"), ("plan", 390, "dark"),
     ("two servers", 1280, "dark"), ("two servers", 390, "light"), ("impact", 1280, "light"), ("impact", 390, "dark"),
     ("explanation", 1280, "dark"), ("explanation", 390, "light")],
)  # fmt: skip
def test_axe_finds_nothing_serious(
    browser: Browser, files: dict[str, Path], case: str, width: int, scheme: Any
) -> None:
    axe = pytest.importorskip("axe_core_python.sync_playwright").Axe()
    opened = Opened(browser, files[case], viewport={"width": width, "height": 900}, color_scheme=scheme)
    for button in opened.page.locator('button[data-client="android-7.0"]').all()[:1]:
        button.click()
    opened.page.locator("svg .certificate").first.focus()
    opened.page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true })")
    result = axe.run(opened.page)
    serious = [
        (violation["id"], [node["html"][:200] for node in violation["nodes"][:3]])
        for violation in result["violations"]
        if violation["impact"] in ("serious", "critical", "moderate")
    ]
    assert serious == []
    assert len(result["passes"]) > 20
    opened.close()


def test_hostile_names_stay_text(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "hostile.html"
    for name in (*HOSTILE[:3], "</svg>", "</style>", "\u202egnp.exe", "x" * 10_000):
        file.write_text(render(renamed(made(R46, selector="core"), name)), encoding="utf-8")
        opened = Opened(browser, file, viewport={"width": 390, "height": 900})
        opened.page.locator("button.client").first.click()
        opened.page.locator("svg .certificate").first.focus()
        assert opened.page.locator(".facts dd").count() > 5
        assert opened.page.locator("img, iframe, a[href^=javascript]").count() == 0
        assert opened.page.locator("script").count() == 2
        assert opened.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        opened.close()


def test_it_prints_whole(browser: Browser, files: dict[str, Path]) -> None:
    opened = Opened(browser, files["plan"])
    printed = opened.page.pdf(format="A4")
    assert printed.startswith(b"%PDF")
    opened.page.emulate_media(media="print")
    opened.page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert opened.page.locator('.stage-view[data-stage="planned"]').is_visible()
    assert opened.page.locator('.state[data-state="planned"] .chain').first.is_visible()
    assert opened.page.evaluate("document.querySelectorAll('details:not([open])').length") == 0
    opened.page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert not opened.page.locator('.stage-view[data-stage="planned"]').is_visible()
    assert not opened.page.locator(".pick").is_visible()
    assert opened.page.locator("svg").first.is_visible()
    opened.close()


def test_it_can_be_read_without_scripts(browser: Browser, files: dict[str, Path]) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(files["plan"].as_uri())
    assert page.locator('.state[data-state="planned"] .chain').first.is_visible()
    assert page.locator(".stage-view").count() == 2
    assert page.locator("#certificates details").count() == 11
    context.close()
