"""What the HTML report shows, as plain values for its template and its script; no markup."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from chainlab.assembly import Scene, certificates_above
from chainlab.certificate import Certificate
from chainlab.clients import ClientVerdict, Verdict
from chainlab.comparison import Serving
from chainlab.escaping import visible
from chainlab.evidence import HandshakeEvidence, Place
from chainlab.findings import Finding
from chainlab.graph import CertGraph
from chainlab.impact import Impact
from chainlab.paths.reasons import Reason
from chainlab.planning import Planned
from chainlab.records import dataclass
from chainlab.report.html_matrix import Matrix
from chainlab.report.page import Branch
from chainlab.report.text import condition_of, count_failing
from chainlab.report.words import by_series
from chainlab.timeline import Timeline, Timelines

MAX_TARGETS: Final = 40
"""Answers shown in full; a server can have hundreds of certificates. JSON has them all."""

MAX_TEXT: Final = 300
"""Characters of a name or a sentence in the script's data."""

_REASONS: Final = {reason.code: reason.text for reason in Reason}

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class State:
    """A chain that is or may be on the wire, and what every client makes of it.

    ``stage``: ``now``, ``planned`` (after the plan or the change) or ``updated`` (after a Windows Update as well).
    """

    id: str
    stage: str
    label: str
    serving: Serving

    @property
    def chain(self) -> tuple[Certificate, ...]:
        """What is sent, leaf first."""
        return self.serving.chain

    @property
    def root(self) -> Certificate | None:
        """The self-signed end, which is not sent."""
        return self.serving.root

    @property
    def verdicts(self) -> tuple[ClientVerdict, ...]:
        """Every client's."""
        return self.serving.verdicts

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
        return [(code, _REASONS[code], len(members), named(members)) for code, members in failing_by_reason(self)]


def failing_by_reason(state: State) -> list[tuple[str, list[ClientVerdict]]]:
    """The clients that do not accept, by reason code; most clients first."""
    groups: dict[str, list[ClientVerdict]] = defaultdict(list)
    for verdict in state.verdicts:
        if verdict.verdict is not Verdict.ACCEPT:
            groups[verdict.reason].append(verdict)
    return sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))


def named(verdicts: Iterable[ClientVerdict]) -> list[str]:
    """Clients by what they are versions of."""
    return [f"{name}: {', '.join(versions)}" if versions else name for name, versions in by_series(verdicts)]


@dataclass(frozen=True, slots=True)
class Column:
    """One question at the top of an answer with its short answer, and where the long one is."""

    title: str
    items: tuple[str, ...]
    more: str = ""
    link: tuple[str, str] = ("", "")
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """The answer at a glance. ``tone``: ``good``, ``bad``, or empty where nothing is judged."""

    tone: str
    headline: str
    lines: tuple[str, ...] = ()
    columns: tuple[Column, ...] = ()


@dataclass(frozen=True, slots=True)
class Tree:
    """Reasoning step by step, under a title."""

    title: str
    branches: tuple[Branch, ...]
    opened: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """One answer: targets with the same certificate, chain and verdicts.

    ``paths`` are all that Windows or a client looked at; they stand in for the graph where it cannot be drawn.
    ``certainty``: how sure it is what is served now; empty where that was observed.
    """

    number: int
    leaf: Certificate
    place: Place
    bindings: tuple[str, ...]
    card: Card
    certainty: str
    states: tuple[State, ...]
    matrix: Matrix
    paths: tuple[tuple[Certificate, ...], ...]
    findings: tuple[Finding, ...] = ()
    handshakes: tuple[HandshakeEvidence, ...] = ()
    trees: tuple[Tree, ...] = ()
    timeline: Timeline | None = None

    @property
    def planned(self) -> State | None:
        """The first state after the plan or the change; ``None`` where it changes nothing here."""
        return next((state for state in self.states if state.stage == "planned"), None)

    @property
    def uncertain(self) -> Mapping[str, frozenset[str]]:
        """By stage, the clients whose verdict depends on which of its chains is served."""
        answers: dict[str, dict[str, set[Verdict]]] = defaultdict(lambda: defaultdict(set))
        for state in self.states:
            for verdict in state.verdicts:
                answers[state.stage][verdict.profile.id].add(verdict.verdict)
        return {
            stage: frozenset(client for client, verdicts in clients.items() if len(verdicts) > 1)
            for stage, clients in answers.items()
        }


@dataclass(frozen=True, slots=True)
class Contents:
    """Everything on the page. ``more``: answers that are not shown; ``leaves``: what the graph must hold."""

    title: str
    at: datetime
    host: str
    scene: Scene
    sections: tuple[Section, ...]
    more: int = 0
    findings: tuple[Finding, ...] = ()
    planned: Planned | None = None
    impact: Impact | None = None
    timelines: Timelines | None = None
    traffic: tuple[str, ...] = ()


def sentence(text: str) -> str:
    """With a capital at its start."""
    return text[:1].upper() + text[1:]


def states(servings: Sequence[Serving], stage: str, label: str) -> Iterator[State]:
    """One state for each chain of a stage; where there are several, each says when it is the one served."""
    for number, serving in enumerate(servings):
        condition = f", {condition_of(serving.policies)[1]}" if len(servings) > 1 else ""
        yield State(f"{stage}-{number}" if number else stage, stage, label + condition, serving)


def paths(shown: Sequence[State], candidates: Iterable[tuple[Certificate, ...]]) -> tuple[tuple[Certificate, ...], ...]:
    """Every path once: what is or may be served, Windows' other candidates, then what clients found."""
    served = [(*s.chain, s.root) if s.root is not None and s.root not in s.chain else s.chain for s in shown]
    clients = [verdict.path for state in shown for verdict in state.verdicts if verdict.path]
    return tuple(dict.fromkeys((*served, *candidates, *clients)))


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
        "clients": {v.profile.id: _basis(v) for section in shown for state in section.states for v in state.verdicts},
        "sections": [
            {"states": {state.id: _state_data(state, section.uncertain) for state in section.states}}
            for section in shown
        ],
    }


def _basis(verdict: ClientVerdict) -> str:
    """What a client's verdict rests on."""
    profile = verdict.profile
    store = " ".join(part for part in ("Roots", f"of {profile.date}" if profile.date else "",
                                       f"(grade {profile.grade})" if profile.grade else "") if part)  # fmt: skip
    source = f" from {visible(profile.source, 120)}" if profile.source else ""
    return f"Verifier {visible(profile.family, 80)}, {verdict.certainty}. {store}{source}."


def _state_data(state: State, uncertain: Mapping[str, frozenset[str]]) -> Json:
    found: dict[tuple[str, ...], int] = {}
    details: dict[str, int] = {}
    clients: Mapping[str, list[Any]] = {
        verdict.profile.id: [
            verdict.verdict.value,
            found.setdefault(tuple(certificate.sha256 for certificate in verdict.path), len(found)),
            verdict.reason,
            details.setdefault(visible(verdict.detail, MAX_TEXT), len(details)),
        ]
        for verdict in state.verdicts
    }
    return {
        "stage": state.stage,
        "chain": [certificate.sha256 for certificate in state.chain],
        "paths": list(found),
        "details": list(details),
        "clients": clients,
        "uncertain": sorted(uncertain[state.stage]) if state.verdicts else [],
    }
