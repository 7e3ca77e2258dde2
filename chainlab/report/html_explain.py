"""The HTML report of a decision: Windows' candidates, or the paths that clients try, beside the certificate graph."""

from __future__ import annotations

from collections.abc import Iterator

from chainlab.comparison import Serving
from chainlab.explanation import ClientExplanation, Explained, Explanation
from chainlab.report.html_matrix import Matrix
from chainlab.report.html_model import MAX_TARGETS, Card, Contents, Section, State, Tree, paths, states
from chainlab.report.html_trees import client_tree, windows_tree
from chainlab.report.parts import CERTAINTY
from chainlab.targets import Target
from chainlab.windows.engine import Certainty


def contents(explained: Explained) -> Contents:
    """What is on the page: one section for each target."""
    parts: dict[Target, list[Explanation | ClientExplanation]] = {}
    told: list[Explanation | ClientExplanation] = [*explained.windows, *explained.clients]
    for part in told:
        parts.setdefault(part.target, []).append(part)
    shown = [_section(explained, order, *item) for order, item in enumerate([*parts.items()][:MAX_TARGETS])]
    request, case = explained.case.request, explained.case
    return Contents("Why this chain", explained.at, request.host, case.scene, tuple(shown), len(parts) - len(shown),
                    case.problems)  # fmt: skip


def _section(explained: Explained, order: int, target: Target, parts: list[Explanation | ClientExplanation]) -> Section:
    trees = tuple(_tree(part) for part in parts)
    served = explained.case.answer(target).served
    shown = tuple(_states(explained, target))
    return Section(
        order,
        target.leaf.certificate,
        target.leaf.place,
        (str(target.binding),) if target.binding is not None else (),
        Card("", trees[0].title, tuple(tree.title for tree in trees[1:])),
        CERTAINTY[Certainty(served.certainty)] if served.basis == "predicted" else "",
        shown,
        Matrix(),
        paths(shown, (alternative.path.certificates for alternative in served.alternatives)),
        trees=trees,
    )


def _tree(part: Explanation | ClientExplanation) -> Tree:
    return windows_tree(part, opened=True) if isinstance(part, Explanation) else client_tree(part)


def _states(explained: Explained, target: Target) -> Iterator[State]:
    answer = explained.case.answer(target)
    served, prediction = answer.served, answer.served.prediction
    if prediction is None:
        servings = [Serving((), served.chain, served.root, ())]
    else:
        servings = [Serving(p.policies, p.served, p.path.root, ()) for p in prediction.possibilities]
    yield from states(servings, "now", "As it is" if prediction is not None else "As it was seen")
