"""The decision as a tree for people: candidates best first, each with what speaks against it and on what that rests."""

from __future__ import annotations

from typing import Final

from chainlab.explanation import ClientExplanation, Explained, ExplainedPath, Explanation
from chainlab.paths.result import JudgedPath
from chainlab.paths.search import End, Origin
from chainlab.report.page import Branch, Page, describe
from chainlab.report.parts import CERTAINTY, rule_name
from chainlab.report.words import number, short
from chainlab.server import StoreEntry
from chainlab.windows.elements import ChainElement
from chainlab.windows.selection import quality_words
from chainlab.windows.status import describe as describe_status
from chainlab.windows.status import names

MAX_CANDIDATES: Final = 20
"""Candidates printed; a mesh has thousands. JSON has them all."""


def render(explained: Explained, page: Page) -> None:
    """Write the explanation."""
    sections: list[Explanation | ClientExplanation] = [*explained.windows, *explained.clients]
    for position, section in enumerate(sections):
        if position:
            page.line()
        if isinstance(section, Explanation):
            _windows(page, section)
        else:
            _client(page, section)


def _windows(page: Page, explanation: Explanation) -> None:
    prediction = explanation.prediction
    page.title(f"Windows, for {prediction.leaf.label}")
    if explanation.target.binding is not None:
        page.line(f"bound to {explanation.target.binding}", "dim")
    count = len(explanation.candidates)
    page.line(f"{number(count, 'candidate chain')}; the choice is {CERTAINTY[prediction.certainty]}")
    for entry in prediction.fetched:
        page.line(f"Windows first brought {entry.certificate.label}: {_actor(entry)}", "yellow")
    for position, candidate in enumerate(explanation.candidates[:MAX_CANDIDATES], start=1):
        page.line()
        _candidate(page, position, candidate)
    if count > MAX_CANDIDATES:
        page.line(f"and {count - MAX_CANDIDATES} more, all worse; --format json lists them")


def _actor(entry: StoreEntry) -> str:
    if entry.store.physical == ".AuthRoot":
        return f"automatic root update, because no chain was trusted ({entry.source}) [D/I: KB 2831004]"
    return f"{entry.source}, because its chain was incomplete [F: possible, not reliable]"


def _candidate(page: Page, position: int, candidate: ExplainedPath) -> None:
    path = candidate.path
    glyph = page.glyphs.good if candidate.chosen_by else page.glyphs.bad
    page.line(f"{position}  {glyph} {' → '.join(short(c) for c in path.certificates)}", "bold", hang=3)
    for policy in candidate.chosen_by:
        page.line(f"chosen by the {rule_name(policy)}", "green", indent=3, hang=2)
    for policy, reason in candidate.lost.items():
        page.line(f"not by the {rule_name(policy)}: {reason.text} {reason.evidence}", "yellow", indent=3, hang=2)
    if candidate.tied:
        page.line("only a guess keeps it from being chosen [?]", "yellow", indent=3)
    page.line(f"quality: {quality_words(path)}", indent=3, hang=2)
    page.line(f"status of the chain: {describe_status(path.status)} (0x{int(path.status):08x})", indent=3, hang=2)
    page.tree([_element(element) for element in path.elements], indent=3)
    if path.path.end in (End.NO_ISSUER, End.CYCLE, End.DEPTH):
        page.line(_ENDS[path.path.end], "yellow", indent=6)


_ENDS: Final = {
    End.NO_ISSUER: "here it ends: no issuer in the stores",
    End.CYCLE: "here it ends: the issuer stands below already",
    End.DEPTH: "here it ends: longer than is followed",
}


def _element(element: ChainElement) -> Branch:
    stores = ", ".join(f"{store} ({store.physical})" for store in element.suppliers) or "not in a store"
    info = ", ".join(name.removeprefix("CERT_TRUST_") for name in names(element.info)) or "no issuer"
    remarks = [
        Branch(f"{describe_status(remark.bits)}: {remark.text} {remark.evidence}", "yellow")
        for remark in element.remarks
    ]
    facts = f"{stores}; {info} (0x{int(element.info):x}); error 0x{int(element.error):x}"
    return Branch(describe(element.certificate), "", [Branch(facts, "dim"), *remarks])


def _client(page: Page, explanation: ClientExplanation) -> None:
    profile, family, result = explanation.profile, explanation.family, explanation.result
    page.title(f"{profile.name} ({profile.id}), for {explanation.served[0].label}")
    rules = " and ".join(policy.value for policy in explanation.policies)
    under = f" (served under {rules})" if rules else ""
    page.line(f"is sent {len(explanation.served)} certificates{under}; verifier {family.title}, {family.basis.value}")
    for source in family.sources:
        page.line(f"source: {source}", "dim", indent=2, hang=2)
    accepted = result.accepted
    verdict = "accepts" if accepted is not None else f"rejects: {result.problem}"
    page.line(f"It {verdict}", "bold green" if accepted is not None else "bold red")
    shown = result.candidates[:MAX_CANDIDATES]
    page.tree([_tried(page, position, judged) for position, judged in enumerate(shown, start=1)])
    if len(result.candidates) > len(shown):
        page.line(f"and {len(result.candidates) - len(shown)} more paths tried")


def _tried(page: Page, position: int, judged: JudgedPath) -> Branch:
    glyph = page.glyphs.good if judged.good else page.glyphs.bad
    steps = [Branch(f"{describe(step.certificate)} ({_ORIGINS[step.origin]})") for step in judged.path.steps]
    problems = [Branch(f"{problem.reason.code}: {problem}", "yellow") for problem in judged.problems]
    return Branch(f"{glyph} path {position} tried", "bold", [*steps, *problems])


_ORIGINS: Final[dict[Origin, str]] = {
    Origin.LEAF: "the server certificate", Origin.SERVED: "served", Origin.ANCHOR: "trusted by this client",
    Origin.STORE: "known to this client", Origin.AIA: "fetched by AIA",
}  # fmt: skip
