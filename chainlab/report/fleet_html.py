"""A fleet as one HTML page without any script: the overview, a section for each group, the change, the errors."""

from __future__ import annotations

from typing import Final

from chainlab import __version__
from chainlab.fleet import Summary
from chainlab.report import fleet_words as words
from chainlab.report.html_page import environment, markup, policy, source

MAX_GROUPS: Final = 200
"""Groups on the page; the database has them all."""

MAX_ERRORS: Final = 200
MAX_CLIENTS: Final = 60


def render(summary: Summary) -> str:
    """The page."""
    style = source("report.css")
    return environment().get_template("fleet.html.j2").render(
        version=__version__,
        summary=summary,
        groups=summary.groups[:MAX_GROUPS],
        errors=summary.errors[:MAX_ERRORS],
        max_clients=MAX_CLIENTS,
        words=words,
        largest=max((group.servers for group in summary.groups), default=1),
        style=markup(style),
        policy=policy([style]),
    )  # fmt: skip
