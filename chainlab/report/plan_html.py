"""The plan as one self-contained HTML page: verdict, steps, chains before and after, clients, costs, alternatives.

Nothing is loaded and no script runs, so that it opens from anywhere and can go into a ticket; all text passes
``escaping.html_text``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from chainlab.errors import UsageError
from chainlab.escaping import html_text as escape
from chainlab.plan import Option, Outcome
from chainlab.planning import Planned
from chainlab.report import graph_as_svg
from chainlab.report.graph_model import picture
from chainlab.report.page import describe
from chainlab.report.plan_words import (
    chain_words,
    clients_named,
    counted,
    headline,
    outcome_words,
    search_words,
    sent_by,
)

_PAGE: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; --text: #1f2328; --page: #fff; --line: #c5ccd3; --soft: #f3f5f7; --good: #116329;
  --bad: #a40e26; }}
@media (prefers-color-scheme: dark) {{ :root {{ --text: #e6edf3; --page: #0d1117; --line: #444c56; --soft: #1b2129;
  --good: #57d364; --bad: #ff9492; }} }}
body {{ font: 1rem/1.5 system-ui, sans-serif; color: var(--text); background: var(--page); max-width: 62rem;
  margin: 0 auto; padding: 1rem; overflow-wrap: anywhere; }}
h1 {{ font-size: 1.4rem; }} h2 {{ font-size: 1.15rem; margin-top: 2rem; border-bottom: 1px solid var(--line); }}
pre {{ background: var(--soft); padding: .5rem; white-space: pre-wrap; }}
.lead {{ font-size: 1.15rem; font-weight: 600; }}
.scroll {{ overflow-x: auto; }}
table {{ border-collapse: collapse; width: 100%; }}
th, td {{ text-align: left; padding: .25rem .5rem; border-bottom: 1px solid var(--line); }}
th, td:not(:last-child) {{ white-space: nowrap; }}
.accepts {{ color: var(--good); }} .rejects, .uncertain {{ color: var(--bad); }}
figure {{ margin: 0; background: #fff; }} figure svg {{ max-width: 100%; height: auto; }}
@media print {{ body {{ max-width: none; }} details > * {{ display: block; }} }}
</style></head><body><main>
{body}
</main></body></html>
"""


def render(planned: Planned) -> str:
    """The page."""
    return _PAGE.format(title=escape(next(headline(planned))[0]), body="\n".join(_body(planned)))


def _body(planned: Planned) -> Iterator[str]:
    first, *rest = (text for text, _ in headline(planned))
    yield f"<h1>{escape(first)}</h1>"
    yield from (f'<p class="lead">{escape(text)}</p>' for text in rest)
    if planned.chosen is not None:
        yield from _steps(planned.chosen)
    yield from _chains(planned)
    yield from _costs(planned.chosen)
    yield from _clients(planned)
    yield from _alternatives(planned)
    yield from _graph(planned)
    yield "<h2>How it was found</h2>"
    assumed = planned.case.scene.server.assumptions
    yield _list([*search_words(planned), *(f"Assumed, not seen: {text}" for text in assumed)])


def _list(items: Iterable[str], tag: str = "ul") -> str:
    return f"<{tag}>{''.join(f'<li>{escape(item)}</li>' for item in items)}</{tag}>"


def _steps(option: Option) -> Iterator[str]:
    yield "<h2>What to do</h2><ol>"
    for change in option.changes:
        commands = change.commands()
        told = "\n".join(commands.powershell or commands.console)
        lines = "\n".join(escape(line) for line in told.split("\n"))
        yield f"<li>{escape(change.title)}<pre>{lines}</pre></li>"
    yield "</ol><p>Then rebind, restart IIS, or restart the server; check with a fresh connection after each.</p>"


def _chains(planned: Planned) -> Iterator[str]:
    """What each site sends now, and after the plan."""
    for position, site in enumerate(planned.sites):
        name = site.leaf.subject.common
        yield f"<h2>What {escape(name)} sends</h2>"
        states = [("Now", planned.plan.baseline.outcomes[position].after)]
        if planned.chosen is not None:
            yield f"<p>{escape(outcome_words(planned, planned.chosen, position))}</p>"
            states.append(("After the plan", planned.chosen.outcomes[position].after))
        for title, outcome in states:
            yield f"<h3>{title} ({escape(outcome.prediction.certainty.value)})</h3>"
            yield from (_list(map(describe, chain.possibility.served), "ol") for chain in outcome.judged)
        total = len(planned.plan.baseline.outcomes[position].after.verdicts)
        sendable = planned.plan.sendable[position]
        yield f"<details><summary>What could be sent at all ({len(sendable)})</summary>"
        yield _list(f"{len(c.accepting)} of {total}: {chain_words(c.certificates)}; {sent_by(c)}" for c in sendable)
        yield "</details>"


def _costs(option: Option | None) -> Iterator[str]:
    if option is not None and option.costs:
        yield "<h2>What it costs</h2>"
        yield _list(f"{'Decide: ' if cost.decision else ''}{cost.text}" for cost in option.costs)


def _clients(planned: Planned) -> Iterator[str]:
    """Every client before and after, those that change first."""
    for position, site in enumerate(planned.sites):
        before = planned.plan.baseline.outcomes[position].after
        after = planned.chosen.outcomes[position].after if planned.chosen is not None else before
        rows = [(v.profile, _answer(before, v.profile.id), _answer(after, v.profile.id)) for v in after.verdicts]
        rows.sort(key=lambda row: (row[1] == row[2], row[2], row[0].name))
        yield f"<h2>Clients of {escape(site.leaf.subject.common)}</h2>"
        beyond = planned.plan.beyond_help[position]
        if beyond:
            yield f"<p>No change on the server helps {escape(clients_named(planned, beyond))}.</p>"
        yield '<div class="scroll"><table><thead><tr>'
        yield "".join(
            f'<th scope="col">{head}</th>' for head in ("client", "verifier", "year", "now", "then", "why not")
        )
        yield "</tr></thead><tbody>"
        for profile, now, then in rows:
            cells = (profile.name, profile.family, profile.date[:4])
            yield f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}"
            yield "".join(f'<td class="{answer}">{answer}</td>' for answer in (now, then))
            yield f"<td>{escape(after.obstacle(profile.id))}</td></tr>"
        yield "</tbody></table></div>"


def _answer(outcome: Outcome, client: str) -> str:
    """Whether a client accepts; uncertain where that depends on the chain, or a limit was hit."""
    if client in outcome.surely_accepting:
        return "accepts"
    return "rejects" if client in outcome.surely_rejecting else "uncertain"


def _alternatives(planned: Planned) -> Iterator[str]:
    for number, option in enumerate(planned.plan.alternatives, start=1):
        yield f"<h2>Alternative {number}: {escape(counted(planned, option))}</h2>"
        yield _list((change.title for change in option.changes), "ol")
        yield _list(f"{'Decide: ' if cost.decision else ''}{cost.text}" for cost in option.costs)


def _graph(planned: Planned) -> Iterator[str]:
    """The certificate graph with the planned chain bold; a sentence where the drawing extra is missing."""
    scene = planned.case.scene
    leaves = [site.leaf for site in planned.sites]
    shown = planned.chosen or planned.plan.baseline
    served = [outcome.after.served for outcome in shown.outcomes]
    yield "<h2>Who certified whom</h2>"
    try:
        drawn = graph_as_svg.render(
            picture(scene.graph, scene.server, served, planned.at, "Certificate graph", leaves)
        ).decode()
    except UsageError as missing:
        yield f"<p>{escape(str(missing))}</p>"
        return
    label = "Graph of the certificates; the served path is bold. The lists above say the same in words."
    yield f'<figure role="img" aria-label="{label}">{drawn[drawn.index("<svg") :]}</figure>'
