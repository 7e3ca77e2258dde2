"""What would a change do? The served chain and every client before and after, and what else on the server it touches.

A store change is not seen at once: the server goes on serving what it built until a rebind, a restart of IIS or of the
server makes it look again, and no step but the last is documented as sufficient (``windows.schannel``). Impact follows
both: what the stores lead to, and what is on the wire until then.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Final

from chainlab.certificate import Certificate
from chainlab.changes import Change, Phrase, Rebind, RenewCertificate, Restart, WindowsUpdate
from chainlab.comparison import Answer, Difference, compare, lost_by
from chainlab.diagnosis import Case, enlarged, open_case
from chainlab.errors import UsageError
from chainlab.evidence import CertificateEvidence, KeyPresence, ReadOptions
from chainlab.outbound import Outbound, outbound
from chainlab.proposal import Files, Names, catalogued, make_changes, parse_phrase, read_phrases
from chainlab.records import dataclass, field
from chainlab.request import Request
from chainlab.server import Binding, Server
from chainlab.targets import Target
from chainlab.windows.root_update import program_entry
from chainlab.windows.schannel import ACTIVATIONS, Activation


class Seen(Enum):
    """Whether the server shows on the wire what its stores now lead to."""

    NOTHING_NEW = "nothing to activate"
    PENDING = "pending"
    LIKELY = "likely"
    SURE = "done"


@dataclass(frozen=True, slots=True)
class Step:
    """One proposed change, whether it changes the server's state at its turn, and the server after it."""

    change: Change
    applicable: bool
    after: Server

    @property
    def effective(self) -> bool:
        """Whether it does anything at its turn: to the stores and bindings, or by making the server look at them."""
        return self.applicable or isinstance(self.change, Rebind | Restart)


@dataclass(frozen=True, slots=True)
class Effect:
    """What the changes do to one server certificate at one endpoint.

    ``renewed``: the certificate that takes the place of the target's. ``waiting``: what is on the wire until the
    server looks at its stores again. ``after``: what follows once it has. ``updated``: what follows after a Windows
    Update as well. ``seen`` says which of ``waiting`` and ``after`` is on the wire after the last change, by
    ``activation``. ``broken``: why the endpoint cannot serve anything any more, in words; empty where it can.
    """

    target: Target
    renewed: Certificate | None
    before: Answer
    waiting: Answer
    after: Answer
    updated: Answer
    seen: Seen
    activation: Activation | None
    broken: str = ""

    @property
    def differences(self) -> tuple[Difference, ...]:
        """Before against after."""
        return compare(self.before, self.after)

    @property
    def update_differences(self) -> tuple[Difference, ...]:
        """After against after a Windows Update."""
        return compare(self.after, self.updated)

    @property
    def changed(self) -> bool:
        """Whether anything is different for this certificate, now or after a Windows Update."""
        chains = {self.before.chains, self.after.chains, self.updated.chains}
        return len(chains) > 1 or self.renewed is not None or bool(self.broken)

    @property
    def lost(self) -> frozenset[str]:
        """Clients lost in at least one way in which it can go, a Windows Update included."""
        if self.broken:
            return frozenset().union(*(serving.accepting for serving in self.before.servings))
        return lost_by(self.differences) | lost_by(compare(self.before, self.updated))

    @property
    def worse(self) -> bool:
        """Whether a client is lost, or the endpoint altogether."""
        return bool(self.lost or self.broken)


@dataclass(slots=True)
class Impact:
    """The whole answer. ``effects``: the targets; ``others``: further server certificates in My and WebHosting.

    ``outbound``: the server's own programs as clients. ``update_changes_stores``: whether a Windows Update after the
    changes finds anything to do.
    """

    at: datetime
    case: Case
    before: Server
    steps: tuple[Step, ...]
    effects: tuple[Effect, ...]
    others: tuple[Effect, ...]
    outbound: Outbound
    update_changes_stores: bool

    @property
    def after(self) -> Server:
        """The server after all changes."""
        return self.steps[-1].after

    @property
    def worse(self) -> bool:
        """Whether a client or a side effect is lost."""
        return any(effect.worse for effect in (*self.effects, *self.others)) or bool(self.outbound.lost)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is proposed, as it was written, with the files that it names."""

    phrases: tuple[Phrase, ...]
    files: Files

    @classmethod
    def read(cls, texts: Sequence[str], files: Iterable[Path], reading: ReadOptions) -> Proposal:
        """Phrases in their order, then those of the files. ``UsageError`` if there is none."""
        phrases = [*map(parse_phrase, texts), *(phrase for file in files for phrase in read_phrases(file))]
        if not phrases:
            raise UsageError("no change; give --change or --changes, see 'chainlab impact --help'")
        return cls(tuple(phrases), Files.of(phrases, reading))


def impact(request: Request, texts: Sequence[str], files: Iterable[Path] = ()) -> Impact:
    """What the changes would do; phrases in their order, then those of the files. ``UsageError`` if there is none."""
    proposal = Proposal.read(texts, files, request.reading)
    return of_proposal(open_case(replace(request, with_plan=False)), proposal)


def of_proposal(case: Case, proposal: Proposal) -> Impact:
    """What a proposal would do to the case's server. ``UsageError`` where it names nothing that is there."""
    phrases, read = proposal.phrases, proposal.files
    case = enlarged(case, [*read.certificates(), *catalogued(phrases, read, case.catalog)])
    targets = [target for target in case.scene.targets if target.observed is None]
    if not targets:
        raise UsageError("the chain was observed and the stores behind it are not known; give the server's certificate")
    leaves = tuple(dict.fromkeys(target.leaf.certificate for target in targets))
    tool = case.request.baseline.import_tool
    names = Names(case.scene.server, case.scene.graph, case.catalog, read, case.request.at, tool, leaves)
    return of_changes(case, targets, make_changes(phrases, names))


def of_changes(case: Case, targets: Sequence[Target], changes: Sequence[Change]) -> Impact:
    """The impact of changes on the case's server; the graph must hold what they bring."""
    course = _Course.of(case, changes)
    updated = WindowsUpdate(program_entry).apply(course.after)
    others = [Target(item) for item in _other_certificates(case, targets)]
    assumed = case.scene.fresh is not None
    before = course.before
    return Impact(
        case.request.at,
        case,
        before,
        course.steps,
        tuple(_effect(target, course, updated) for target in targets),
        tuple(_effect(target, course, updated) for target in others),
        outbound(before, course.after, case.scene.graph, case.catalog, case.request.at, case.policies, assumed=assumed),
        updated != course.after,
    )


@dataclass(frozen=True, slots=True)
class _Course:
    """The server from change to change. Endpoints that share certificate and host share their answers."""

    case: Case
    before: Server
    steps: tuple[Step, ...]
    known: dict[tuple[str, str, int], Answer] = field(default_factory=dict)

    @classmethod
    def of(cls, case: Case, changes: Sequence[Change]) -> _Course:
        server, steps = case.scene.server, list[Step]()
        for change in changes:
            after = change.apply(server)
            steps.append(Step(change, change.applicable(server), after))
            server = after
        return cls(case, case.scene.server, tuple(steps))

    @property
    def after(self) -> Server:
        return self.server(len(self.steps))

    def server(self, step: int) -> Server:
        """The server after so many changes."""
        return self.steps[step - 1].after if step else self.before

    def last_look(self, target: Target) -> tuple[int, Activation | None]:
        """After how many changes the server last looked at its stores for this endpoint, and what made it look."""
        looked: tuple[int, Activation | None] = 0, None
        for number, step in enumerate(self.steps, start=1):
            activation = _activation(step.change, target)
            looked = (number, activation) if activation is not None else looked
        return looked

    def leaf(self, target: Target, step: int) -> Certificate:
        """The certificate that the endpoint then uses: by its binding, or by the renewals where none is known."""
        leaf = target.leaf.certificate
        if target.binding is not None:
            sha1 = next((bound.sha1 for bound in self.server(step).bindings if _same(bound, target.binding)), leaf.sha1)
            others = (c for c in self.case.scene.graph.certificates if c.sha1 == sha1)
            return leaf if sha1 == leaf.sha1 else next(others, leaf)
        for change in (step.change for step in self.steps[:step]):
            if isinstance(change, RenewCertificate):
                leaf = change.certificate if change.old == leaf else leaf
            elif isinstance(change, Rebind):
                leaf = change.certificate or leaf
        return leaf

    def answer(self, target: Target, leaf: Certificate, server: Server) -> Answer:
        """What the stores of this server lead to for the certificate at the endpoint."""
        asked = replace(target, leaf=replace(target.leaf, certificate=leaf))
        key = leaf.sha256, self.case.question(target).host, id(server)
        if key not in self.known:
            self.known[key] = Answer.of(self.case.simulator(asked).outcome(server))
        return self.known[key]


def _same(bound: Binding, binding: Binding) -> bool:
    return (bound.endpoint, bound.kind) == (binding.endpoint, binding.kind)


def _activation(change: Change, target: Target) -> Activation | None:
    if not isinstance(change, Rebind | RenewCertificate | Restart) or not change.concerns(target.binding):
        return None
    if isinstance(change, RenewCertificate) and change.old != target.leaf.certificate:
        return None
    if isinstance(change, Restart):
        return ACTIVATIONS[2] if change.whole_server else ACTIVATIONS[1]
    return ACTIVATIONS[0]


def _effect(target: Target, course: _Course, updated: Server) -> Effect:
    looked, by = course.last_look(target)
    old, leaf = target.leaf.certificate, course.leaf(target, len(course.steps))
    before, after = course.answer(target, old, course.before), course.answer(target, leaf, course.after)
    waiting = course.answer(target, course.leaf(target, looked), course.server(looked))
    return Effect(
        target,
        leaf if leaf != old else None,
        before,
        waiting,
        after,
        course.answer(target, leaf, updated),
        _seen(before, waiting, after, by),
        by,
        _broken(target, leaf, course),
    )


def _seen(before: Answer, waiting: Answer, after: Answer, by: Activation | None) -> Seen:
    if before.chains == after.chains == waiting.chains:
        return Seen.NOTHING_NEW
    if waiting.chains != after.chains:
        return Seen.PENDING
    return Seen.SURE if by is ACTIVATIONS[-1] else Seen.LIKELY


def _broken(target: Target, leaf: Certificate, course: _Course) -> str:
    """A binding that is gone, or a certificate that is no longer where services take it from."""
    binding = target.binding
    if binding is not None and not any(_same(bound, binding) for bound in course.after.bindings):
        return "the binding is gone"
    held = [any(server.find(leaf, store) for store in OWN_STORES) for server in (course.before, course.after)]
    return f"{leaf.label} is no longer in Personal or Web Hosting" if held == [True, False] else ""


OWN_STORES: Final = ("My", "WebHosting")
"""The stores from which services take their certificates."""


def _other_certificates(case: Case, targets: Sequence[Target]) -> list[CertificateEvidence]:
    """Further server certificates that the machine holds: in use by other services, or ready to be bound.

    Where private keys were seen, only those with one: nothing else can be served.
    """
    known = {target.leaf.certificate for target in targets}
    held = [item for item in case.scene.evidence.certificates if _in_own_store(item)]
    with_key = [item for item in held if item.key is KeyPresence.PRESENT]
    found: dict[Certificate, CertificateEvidence] = {}
    for item in with_key or held:
        if item.certificate not in known and not item.certificate.is_ca:
            found.setdefault(item.certificate, item)
    return list(found.values())


def _in_own_store(item: CertificateEvidence) -> bool:
    store = item.store
    own = store is not None and store.location == "LocalMachine" and store.logical in OWN_STORES
    return own and not item.properties.archived
