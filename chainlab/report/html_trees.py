"""Reasoning as trees for the HTML report: Windows' candidates, and the paths that a client tries."""

from __future__ import annotations

from collections.abc import Iterator

from chainlab.explanation import ClientExplanation, ExplainedPath, Explanation
from chainlab.report import explain_text as words
from chainlab.report.html_model import Tree
from chainlab.report.page import Branch
from chainlab.report.terminal import UNICODE


def windows_tree(explanation: Explanation, *, opened: bool = False) -> Tree:
    """Windows' decision: every candidate, best first, with what chose it or why it lost."""
    shown = explanation.candidates[: words.MAX_CANDIDATES]
    branches = [_candidate(number, candidate) for number, candidate in enumerate(shown, start=1)]
    further = len(explanation.candidates) - len(shown)
    if further:
        branches.append(Branch(f"and {further} more, all worse; --format json lists them"))
    fetched = [Branch(text, "yellow") for text in words.fetched_words(explanation)]
    return Tree(words.decision_words(explanation), (*fetched, *branches), opened)


def _candidate(number: int, candidate: ExplainedPath) -> Branch:
    glyph = UNICODE.good if candidate.chosen_by else UNICODE.bad
    told = [Branch(text, style) for text, style in words.candidate_words(candidate)]
    elements = [words.element(element) for element in candidate.path.elements]
    ends = [Branch(text, "yellow") for text in (words.end_words(candidate),) if text]
    return Branch(f"{number}  {glyph} {words.candidate_names(candidate)}", "bold", [*told, *elements, *ends])


def client_tree(explanation: ClientExplanation) -> Tree:
    """One client's decision: every path that it tries, in its order."""
    shown = explanation.result.candidates[: words.MAX_CANDIDATES]
    tried = [words.tried(UNICODE, number, judged) for number, judged in enumerate(shown, start=1)]
    return Tree(
        f"{explanation.profile.name}: it {words.outcome(explanation)}",
        (*_about(explanation), *tried),
        opened=True,
    )


def _about(explanation: ClientExplanation) -> Iterator[Branch]:
    yield Branch(words.sent(explanation))
    yield from (Branch(f"source: {source}", "dim") for source in explanation.family.sources)
