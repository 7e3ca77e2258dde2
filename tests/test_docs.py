"""Documentation that comes from code is current."""

import re

import pytest

from chainlab.evidence.collector import script
from chainlab.plan.search import MAX_JOINT_CHANGES, MAX_SIMULATED_CHANGES
from tools.build_docs import DOCS, PAGES


@pytest.mark.parametrize("name", PAGES)
def test_generated_pages_are_current(name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == PAGES[name](), "run python -m tools.build_docs"


def test_the_limits_that_the_plans_page_names_are_the_search_s() -> None:
    page = (DOCS / "plan.md").read_text(encoding="utf-8")
    assert f"up to {MAX_SIMULATED_CHANGES} relevant changes for a certificate (and {MAX_JOINT_CHANGES} for" in page


def test_the_collectors_page_explains_every_switch() -> None:
    page = (DOCS / "collecting.md").read_text(encoding="utf-8")
    switches = re.findall(r"^    \[(?:switch|string)\] \$(\w+)", script(), re.MULTILINE)
    assert len(switches) == 7
    assert all(f"`-{name}`" in page for name in switches)


def test_the_readme_leads_to_every_page() -> None:
    readme = (DOCS.parent / "README.md").read_text(encoding="utf-8")
    assert [page.name for page in sorted(DOCS.glob("*.md")) if f"docs/{page.name}" not in readme] == []
