"""The decision as a tree for people: candidates best first, each with what speaks against it and on what that rests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from chainlab.explanation import ClientExplanation, Explained, ExplainedPath, Explanation
from chainlab.paths.result import JudgedPath
from chainlab.paths.search import End, Origin
from chainlab.report.clients_report import certainty
from chainlab.report.page import Branch, Glyphs, Page, describe
from chainlab.report.parts import CERTAINTY, rule_name
from chainlab.report.words import short
from chainlab.server import StoreEntry
from chainlab.verifiers.agreement import agreement_of
from chainlab.windows.elements import ChainElement
from chainlab.windows.selection import quality_words
from chainlab.windows.status import describe as describe_status
from chainlab.windows.status import names
from chainlab.wording import number_of

MAX_CANDIDATES: Final = 20
"""Candidates printed; a mesh has thousands. JSON has them all."""


def render(explained: Explained, page: Page) -> None:
    """Write the explanation."""
    sections: list[Explanation | ClientExplanation] = [*explained.windows, *explained.clients]
    for number, section in enumerate(sections):
        if number:
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
    page.line(decision_words(explanation))
    for text in fetched_words(explanation):
        page.line(text, "yellow")
    for number, candidate in enumerate(explanation.candidates[:MAX_CANDIDATES], start=1):
        page.line()
        _candidate(page, number, candidate)
    if count > MAX_CANDIDATES:
        page.line(f"and {count - MAX_CANDIDATES} more, all worse; --format json lists them")


def decision_words(explanation: Explanation) -> str:
    """How many chains Windows can choose from, and how sure the choice is."""
    count = len(explanation.candidates)
    return f"{number_of(count, 'candidate chain')}; the choice is {CERTAINTY[explanation.prediction.certainty]}"


def fetched_words(explanation: Explanation) -> Iterator[str]:
    """What Windows brought into its stores before it chose, and why."""
    for entry in explanation.prediction.fetched:
        yield f"Windows first brought {entry.certificate.label}: {_actor(entry)}"


def _actor(entry: StoreEntry) -> str:
    if entry.store.physical == ".AuthRoot":
        return f"automatic root update, because no chain was trusted ({entry.source}) [D/I: KB 2831004]"
    return f"{entry.source}, because its chain was incomplete [F: possible, not reliable]"


def _candidate(page: Page, number: int, candidate: ExplainedPath) -> None:
    glyph = page.glyphs.good if candidate.chosen_by else page.glyphs.bad
    page.line(f"{number}  {glyph} {candidate_names(candidate)}", "bold", hang=3)
    for text, style in candidate_words(candidate):
        page.line(text, style, indent=3, hang=2)
    page.tree([element(each) for each in candidate.path.elements], indent=3)
    if ends := end_words(candidate):
        page.line(ends, "yellow", indent=6)


def candidate_names(candidate: ExplainedPath) -> str:
    """The certificates of a candidate, leaf first, in one line."""
    return " → ".join(short(certificate) for certificate in candidate.path.certificates)


def candidate_words(candidate: ExplainedPath) -> Iterator[tuple[str, str]]:
    """What chose a candidate or why it lost, its quality and status; each with its style."""
    path = candidate.path
    yield from ((f"chosen by the {rule_name(policy)}", "green") for policy in candidate.chosen_by)
    for policy, reason in candidate.lost.items():
        yield f"not by the {rule_name(policy)}: {reason.text} {reason.evidence}", "yellow"
    if candidate.tied:
        yield "only a guess keeps it from being chosen [?]", "yellow"
    yield f"quality: {quality_words(path)}", ""
    yield f"status of the chain: {describe_status(path.status)} (0x{int(path.status):08x})", ""


def end_words(candidate: ExplainedPath) -> str:
    """Why a candidate ends before a root; empty where it reaches one."""
    return _ENDS.get(candidate.path.path.end, "")


_ENDS: Final = {
    End.NO_ISSUER: "here it ends: no issuer in the stores",
    End.CYCLE: "here it ends: the issuer stands below already",
    End.DEPTH: "here it ends: longer than is followed",
}


def element(element: ChainElement) -> Branch:
    """One certificate of a candidate: where Windows found it, and what it says of it."""
    stores = ", ".join(f"{store} ({store.physical})" for store in element.suppliers) or "not in a store"
    info = ", ".join(name.removeprefix("CERT_TRUST_") for name in names(element.info)) or "no issuer"
    remarks = [
        Branch(f"{describe_status(remark.bits)}: {remark.text} {remark.evidence}", "yellow")
        for remark in element.remarks
    ]
    facts = f"{stores}; {info} (0x{int(element.info):x}); error 0x{int(element.error):x}"
    return Branch(describe(element.certificate), "", [Branch(facts, "dim"), *remarks])


def _client(page: Page, explanation: ClientExplanation) -> None:
    profile, result = explanation.profile, explanation.result
    page.title(f"{profile.name} ({profile.id}), for {explanation.served[0].label}")
    page.line(sent(explanation))
    page.line(f"rests on: {resting(explanation)}", "dim", indent=2, hang=2)
    for source in explanation.family.sources:
        page.line(f"source: {source}", "dim", indent=2, hang=2)
    page.line(f"It {outcome(explanation)}", "bold green" if result.accepted is not None else "bold red")
    shown = result.candidates[:MAX_CANDIDATES]
    page.tree([tried(page.glyphs, number, judged) for number, judged in enumerate(shown, start=1)])
    if len(result.candidates) > len(shown):
        page.line(f"and {len(result.candidates) - len(shown)} more paths tried")


def sent(explanation: ClientExplanation) -> str:
    """What a client is sent, and by what it is judged."""
    rules = " and ".join(policy.value for policy in explanation.policies)
    under = f" (served under {rules})" if rules else ""
    return f"is sent {number_of(len(explanation.served), 'certificate')}{under}; verifier {explanation.family.title}"


def resting(explanation: ClientExplanation) -> str:
    """On what a client's verdict rests."""
    return certainty(explanation.profile, explanation.family, agreement_of(explanation.family))


def outcome(explanation: ClientExplanation) -> str:
    """``accepts``, or ``rejects`` and why."""
    result = explanation.result
    return "accepts" if result.accepted is not None else f"rejects: {result.problem}"


def tried(glyphs: Glyphs, number: int, judged: JudgedPath) -> Branch:
    """One path that a client tried, certificate by certificate, and what speaks against it."""
    glyph = glyphs.good if judged.good else glyphs.bad
    steps = [Branch(f"{describe(step.certificate)} ({_ORIGINS[step.origin]})") for step in judged.path.steps]
    problems = [Branch(f"{problem.reason.code}: {problem}", "yellow") for problem in judged.problems]
    return Branch(f"{glyph} path {number} tried", "bold", [*steps, *problems])


_ORIGINS: Final[dict[Origin, str]] = {
    Origin.LEAF: "the server certificate", Origin.SERVED: "served", Origin.ANCHOR: "trusted by this client",
    Origin.STORE: "known to this client", Origin.AIA: "fetched by AIA",
}  # fmt: skip
