"""What the HTML report shows, as plain values for its template and its script; no markup."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from chainlab.assembly import certificates_above
from chainlab.certificate import Certificate
from chainlab.clients import ClientVerdict, Verdict
from chainlab.comparison import grouped
from chainlab.diagnosis import ServedChain, TargetDiagnosis
from chainlab.dossier import Dossier
from chainlab.escaping import visible
from chainlab.evidence import Place
from chainlab.graph import CertGraph
from chainlab.paths.reasons import Reason
from chainlab.plan import JudgedChain, PlannedOutcome
from chainlab.report.text import condition_of, count_failing
from chainlab.report.words import by_series, series_of, version_key
from chainlab.server import Binding
from chainlab.timeline import Timeline

MAX_TARGETS: Final = 40
"""Answers shown in full; a server can have hundreds of certificates. JSON has them all."""

MAX_TEXT: Final = 300
"""Characters of a name or a sentence in the script's data."""

_REASONS: Final = {reason.code: reason.text for reason in Reason}

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class State:
    """A chain that is or may be on the wire, and what every client makes of it.

    ``stage``: ``now``, ``planned`` (after the plan) or ``updated`` (after the plan and a Windows Update).
    """

    id: str
    stage: str
    label: str
    chain: tuple[Certificate, ...]
    root: Certificate | None
    verdicts: tuple[ClientVerdict, ...]

    @property
    def accepting(self) -> int:
        """How many clients accept."""
        return len(self.verdicts) - self.failing

    @property
    def failing(self) -> int:
        """How many clients do not accept."""
        return count_failing(self.verdicts)

    @property
    def reasons(self) -> list[tuple[str, str, int, list[str]]]:
        """Why clients fail: code, meaning, how many, and who, version by version; most clients first."""
        groups: dict[str, list[ClientVerdict]] = defaultdict(list)
        for verdict in self.verdicts:
            if verdict.verdict is not Verdict.ACCEPT:
                groups[verdict.reason].append(verdict)
        ordered = sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))
        return [(code, _REASONS[code], len(members), _named(members)) for code, members in ordered]


def _named(verdicts: Iterable[ClientVerdict]) -> list[str]:
    return [f"{name}: {', '.join(versions)}" if versions else name for name, versions in by_series(verdicts)]


@dataclass(frozen=True, slots=True)
class Cell:
    """One client in the matrix."""

    id: str
    name: str
    version: str


@dataclass(frozen=True, slots=True)
class Matrix:
    """Clients by family and year of their trust store: one row a series, with one list of cells for each year."""

    years: tuple[str, ...]
    rows: tuple[tuple[str, str, tuple[tuple[Cell, ...], ...]], ...]


@dataclass(frozen=True, slots=True)
class Section:
    """One answer: targets with the same certificate, chain and verdicts.

    ``paths`` are all that Windows or a client looked at; they stand in for the graph where it cannot be drawn.
    """

    number: int
    diagnosis: TargetDiagnosis
    bindings: tuple[str, ...]
    states: tuple[State, ...]
    matrix: Matrix
    paths: tuple[tuple[Certificate, ...], ...]
    timeline: Timeline

    @property
    def leaf(self) -> Certificate:
        """The server certificate."""
        return self.diagnosis.leaf.certificate

    @property
    def place(self) -> Place:
        """Where it was found."""
        return self.diagnosis.leaf.place

    @property
    def served(self) -> ServedChain:
        """What is served now."""
        return self.diagnosis.served

    @property
    def planned(self) -> State | None:
        """The first state after the plan; ``None`` where it changes nothing here."""
        return next((state for state in self.states if state.stage == "planned"), None)


def sections(dossier: Dossier) -> list[Section]:
    """One section for each answer, in the order of the targets."""
    timelines = {id(t): line for t, line in zip(dossier.diagnosis.targets, dossier.timelines.targets, strict=True)}
    groups = grouped(dossier.diagnosis.targets)[:MAX_TARGETS]
    return [
        _section(dossier, number, first, bindings, timelines[id(first)])
        for number, (first, bindings) in enumerate(groups)
    ]


def _section(
    dossier: Dossier, number: int, first: TargetDiagnosis, bindings: Sequence[Binding], timeline: Timeline
) -> Section:
    states = tuple(_states(dossier, first))
    endpoints = tuple(map(str, bindings))
    return Section(number, first, endpoints, states, _matrix(first.clients), tuple(_paths(first, states)), timeline)


def _states(dossier: Dossier, target: TargetDiagnosis) -> Iterator[State]:
    served = target.served
    label = "As it is" if target.others or served.basis == "predicted" else "As it was seen"
    yield State("now", "now", label, served.chain, served.root, target.clients)
    for number, other in enumerate(target.others, start=1):
        yield _state(f"now-{number}", "now", f"As it is, {condition_of(other)[1]}", other)
    outcome = _outcome(dossier, target)
    if outcome is None or not outcome.changes:
        return
    yield from _judged("planned", "After the plan", outcome.after.judged)
    before = [chain.possibility.served for chain in outcome.after.judged]
    if [chain.possibility.served for chain in outcome.after_update.judged] != before:
        yield from _judged("updated", "After the plan and a Windows Update", outcome.after_update.judged)


def _outcome(dossier: Dossier, target: TargetDiagnosis) -> PlannedOutcome | None:
    planned, position = dossier.planned, dossier.case.position(target.target)
    if planned is None or planned.chosen is None or position is None:
        return None
    return planned.chosen.outcomes[position]


def _judged(stage: str, label: str, judged: Sequence[JudgedChain]) -> Iterator[State]:
    for number, chain in enumerate(judged):
        condition = f", {condition_of(chain)[1]}" if number else ""
        yield _state(f"{stage}-{number}" if number else stage, stage, label + condition, chain)


def _state(identity: str, stage: str, label: str, judged: JudgedChain) -> State:
    path = judged.possibility.path
    return State(identity, stage, label, judged.possibility.served, path.root, judged.verdicts)


def _matrix(verdicts: Sequence[ClientVerdict]) -> Matrix:
    years = sorted({verdict.profile.date[:4] for verdict in verdicts}, key=lambda year: year or "~")
    rows: dict[str, dict[str, list[ClientVerdict]]] = defaultdict(lambda: defaultdict(list))
    for verdict in verdicts:
        rows[series_of(verdict.profile.name)[0]][verdict.profile.date[:4]].append(verdict)
    return Matrix(
        tuple(year or "undated" for year in years),
        tuple((name, _families(row.values()), tuple(_cells(row.get(year, ())) for year in years))
              for name, row in sorted(rows.items(), key=lambda item: item[0].casefold())),
    )  # fmt: skip


def _families(cells: Iterable[Sequence[ClientVerdict]]) -> str:
    """The verifier families of a row, versions of one together."""
    return ", ".join(sorted({verdict.profile.family.split("-")[0] for cell in cells for verdict in cell}))


def _cells(verdicts: Sequence[ClientVerdict]) -> tuple[Cell, ...]:
    cells = [(series_of(v.profile.name)[1], v.profile) for v in verdicts]
    ordered = sorted(cells, key=lambda cell: (version_key(cell[0]), cell[1].id))
    return tuple(Cell(profile.id, profile.name, _short(version or profile.date)) for version, profile in ordered)


def _short(version: str) -> str:
    """The start of a version, for a narrow column; its full name is beside it."""
    return version.split(" (")[0].split(" / ")[0][:12]


def _paths(target: TargetDiagnosis, states: Sequence[State]) -> Iterator[tuple[Certificate, ...]]:
    """Every path once: what is or may be served, Windows' other candidates, then what clients found."""
    served = [(*s.chain, s.root) if s.root is not None and s.root not in s.chain else s.chain for s in states]
    windows = [alternative.path.certificates for alternative in target.served.alternatives]
    clients = [verdict.path for state in states for verdict in state.verdicts if verdict.path]
    yield from dict.fromkeys((*served, *windows, *clients))


def certificates(shown: Sequence[Section], graph: CertGraph) -> list[Certificate]:
    """Every certificate that a section shows, with those above it; CA certificates last."""
    found = {c.sha256: c for section in shown for path in (*section.paths, (section.leaf,)) for c in path}
    found.update((c.sha256, c) for c in certificates_above(graph, found.values()))
    return sorted(found.values(), key=lambda c: (c.is_ca, c.subject.text, c.issuer.text, c.sha256))


def facts(certificate: Certificate, graph: CertGraph) -> list[tuple[str, str]]:
    """What there is to know about a certificate, fact by fact."""
    known = ", ".join(graph.known_by.get(certificate.sha256, ())) or "the catalogue alone"
    constraints = certificate.extensions.basic_constraints
    pairs = [
        ("Subject", certificate.subject.text), ("Issuer", certificate.issuer.text),
        ("Serial", f"{certificate.serial:x}"),
        ("Valid", f"{certificate.not_before:%Y-%m-%d} to {certificate.not_after:%Y-%m-%d %H:%M} UTC"),
        ("Key", str(certificate.key)), ("Signature", str(certificate.signature)),
        ("Path length", "" if constraints is None or constraints.path_length is None else str(constraints.path_length)),
        ("Key identifier", certificate.ski.hex() if certificate.ski is not None else ""),
        ("SHA-256", certificate.sha256), ("SHA-1", certificate.sha1), ("SPKI SHA-256", certificate.spki_sha256),
        ("Names", ", ".join(certificate.dns_names[:20]) if not certificate.is_ca else ""),
        ("Known from", known),
        ("Encoding", "at hand" if certificate.encoded else "not at hand: known by published facts"),
        ("Published at", ", ".join(certificate.published_at[:2])),
    ]  # fmt: skip
    return [(name, visible(text, MAX_TEXT)) for name, text in pairs if text]


def script_data(shown: Sequence[Section], known: Iterable[Certificate], graph: CertGraph) -> Json:
    """What the script needs: facts by certificate, and by section and state every client's verdict and path."""
    return {
        "certificates": {
            certificate.sha256: {
                "label": visible(certificate.label, MAX_TEXT),
                "short": f"{visible(certificate.subject.common, 80)} ({certificate.sha256[:8]})",
                "facts": facts(certificate, graph),
            }
            for certificate in known
        },
        "clients": {v.profile.id: _basis(v) for section in shown for v in section.diagnosis.clients},
        "sections": [{"states": {state.id: _state_data(state) for state in section.states}} for section in shown],
    }


def _basis(verdict: ClientVerdict) -> str:
    """What a client's verdict rests on."""
    profile = verdict.profile
    store = " ".join(part for part in ("Roots", f"of {profile.date}" if profile.date else "",
                                       f"(grade {profile.grade})" if profile.grade else "") if part)  # fmt: skip
    source = f" from {visible(profile.source, 120)}" if profile.source else ""
    return f"Verifier {visible(profile.family, 80)}, {verdict.certainty}. {store}{source}."


def _state_data(state: State) -> Json:
    paths: dict[tuple[str, ...], int] = {}
    details: dict[str, int] = {}
    clients: Mapping[str, list[Any]] = {
        verdict.profile.id: [
            verdict.verdict.value,
            paths.setdefault(tuple(certificate.sha256 for certificate in verdict.path), len(paths)),
            verdict.reason,
            details.setdefault(visible(verdict.detail, MAX_TEXT), len(details)),
        ]
        for verdict in state.verdicts
    }
    return {
        "stage": state.stage,
        "chain": [certificate.sha256 for certificate in state.chain],
        "paths": list(paths),
        "details": list(details),
        "clients": clients,
    }
