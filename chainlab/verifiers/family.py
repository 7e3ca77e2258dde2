"""A verifier family: the choices in which one kind of client differs from the next, as a table.

The choices are those in which real verifiers were measured or read to differ; each family file says which of its
choices are measured, documented, from the literature or inferred. ``builder`` runs a table over the shared search.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from enum import Enum
from itertools import pairwise
from typing import Final

from chainlab.certificate import Certificate, Name
from chainlab.graph import CertGraph
from chainlab.paths.checks import Question
from chainlab.paths.reasons import Problem, Reason
from chainlab.paths.search import CandidatePath, LoopRule, Step, by_certificate, by_entity
from chainlab.paths.switches import Switches
from chainlab.paths.trust import TrustStore
from chainlab.records import dataclass, field


class Basis(Enum):
    """On what the family's behaviour rests; shown beside every verdict."""

    MEASURED = "measured"
    DOCUMENTED = "documented"
    LITERATURE = "literature"
    INFERRED = "inferred"


class Engine(Enum):
    """What runs a family's table."""

    BUILDER = "the shared search"
    WINDOWS = "Windows' own engine, where it is at hand"


class Prefer(Enum):
    """Which source of issuers is asked first."""

    SERVED = "served"
    TRUSTED = "trusted"


class Stop(Enum):
    """When the builder stops looking."""

    FIRST_PATH = "first path"
    """One path is built and judged: no second try."""
    FIRST_ANCHORED = "first path that ends in an anchor"
    """Other ways are tried only until an anchor is reached; what is wrong with that path is final."""
    FIRST_STORED = "first path to which the trust store contributes"
    """Other ways are tried only while none of the path comes from the store."""
    FIRST_BUT_ANCHOR = "first path that is good but perhaps for its anchor"
    """The anchor is judged when the path is built, and that is final; what is wrong below it sends the builder back."""
    FIRST_GOOD = "first good path"
    """Every path is tried until one passes all checks."""


class Matching(Enum):
    """How issuer and subject names are compared."""

    BYTES = "encoded bytes"
    TEXT = "the text, whatever its string type"
    CASELESS = "the text without regard to case and string type"
    NORMALISED = "RFC 5280, 7.1"


class ServedOrder(Enum):
    """Where in the served list an issuer is looked for."""

    ANY = "anywhere"
    LATER = "after the certificate it issued"
    NEXT = "directly after the certificate it issued"


class AnchorIdentity(Enum):
    """What makes a served certificate an anchor."""

    CERTIFICATE = "the very certificate is in the store"
    ENTITY = "a certificate of the store has its subject and key"
    STORE = "nothing does: only the store's own certificates are anchors"


class LeafTrust(Enum):
    """What it means that the server certificate itself is in the trust store."""

    LIKE_ISSUERS = "it is an anchor where an issuer would be one"
    NEVER = "nothing"
    SELF_SIGNED = "it is an anchor if it is self-signed"
    ALWAYS = "it is an anchor"
    UNQUESTIONED = "it is an anchor, and only the host name is looked at"


class SubjectIndex:
    """Certificates by subject, in the order in which they were added.

    ``named`` answers with every certificate that any way of comparing names (``Matching``) could find for a name.
    """

    def __init__(self, certificates: Iterable[Certificate] = ()) -> None:
        self._certificates: list[Certificate] = []
        self._places: dict[str | bytes | None, list[int]] = {}
        self._found: dict[tuple[str, bytes | None], list[Certificate]] = {}
        self._signers: dict[str, list[Certificate]] = {}
        for certificate in certificates:
            self.add(certificate)

    def add(self, certificate: Certificate) -> None:
        """One more, at the end."""
        for name in (certificate.subject.key, certificate.subject.der):
            self._places.setdefault(name, []).append(len(self._certificates))
        self._certificates.append(certificate)
        self._found.clear()
        self._signers.clear()

    def named(self, name: Name) -> Sequence[Certificate]:
        """Those with this text, or with this encoding although another decoder gave another text."""
        found = self._found.get((name.key, name.der))
        if found is None:
            places = self._places.get(name.key, [])
            if name.der is not None:
                places = sorted({*places, *self._places.get(name.der, ())})
            found = self._found[name.key, name.der] = [self._certificates[place] for place in places]
        return found

    def signers(self, child: Certificate, graph: CertGraph) -> Sequence[Certificate]:
        """Those named for the child's issuer whose key signed it."""
        found = self._signers.get(child.sha256)
        if found is None:
            found = [issuer for issuer in self.named(child.issuer) if graph.signature(child, issuer).holds]
            self._signers[child.sha256] = found
        return found


@dataclass(frozen=True, slots=True)
class Handshake:
    """What a client gets to see: the served list (leaf first), and what it may fetch by AIA."""

    served: tuple[Certificate, ...]
    fetchable: tuple[Certificate, ...] = ()
    _indices: list[SubjectIndex] = field(default_factory=list, init=False, compare=False, repr=False)

    @property
    def index(self) -> SubjectIndex:
        """The served certificates behind the first place; made once, since every family looks into it."""
        if not self._indices:
            self._indices.append(SubjectIndex(self.served[1:]))
        return self._indices[0]

    def copies(self, certificate: Certificate) -> int:
        """How often the served list holds it behind the first place."""
        return sum(other == certificate for other in self.index.named(certificate.subject))


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything a builder may look at."""

    handshake: Handshake
    trust: TrustStore
    graph: CertGraph
    question: Question


@dataclass(frozen=True, slots=True)
class Candidate:
    """A certificate that may have issued the last one of ``path``; ``trusted``: it was found in the trust store."""

    scene: Scene
    path: tuple[Step, ...]
    issuer: Certificate
    trusted: bool

    @property
    def child(self) -> Certificate:
        """The certificate whose issuer is looked for."""
        return self.path[-1].certificate


IssuerRule = Callable[[Candidate], bool]
"""Whether a verifier takes a candidate into consideration while it builds; see ``rules``."""

Order = Callable[[list[Candidate]], list[Candidate]]
"""The order in which a verifier tries candidates of one source; see ``rules``."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """How a family reads a handshake before it builds: another table, another list, and what is already wrong.

    ``anchor``: only this certificate of the store may follow.
    """

    family: Family
    handshake: Handshake
    problems: tuple[Problem, ...] = ()
    anchor: Certificate | None = None


Prepare = Callable[["Family", Scene], Prepared]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A whole path that a verifier makes before it judges any; by which rules, and what is wrong with it already."""

    path: CandidatePath
    switches: Switches
    problems: tuple[Problem, ...] = ()


Propose = Callable[["Family", Scene], Iterable[Proposal]]


def names_match(matching: Matching, issuer: Name, subject: Name) -> bool:
    """Whether a verifier that compares names this way takes them for the same."""
    if matching is Matching.BYTES:
        return issuer.same_bytes(subject)
    if matching is Matching.NORMALISED:
        return issuer.key == subject.key
    if matching is Matching.TEXT:
        return issuer.text == subject.text
    return issuer.text.casefold() == subject.text.casefold()


def as_found(candidates: list[Candidate]) -> list[Candidate]:
    """In the order of the served list or of the store."""
    return candidates


def signature_holds(candidate: Candidate) -> bool:
    """The candidate's key signed the child."""
    return candidate.scene.graph.signature(candidate.child, candidate.issuer).holds


SelfSignedTest = Callable[[Scene, Certificate], bool]
"""What a verifier takes for self-signed."""


def self_signed(scene: Scene, certificate: Certificate) -> bool:
    """Self-issued and signed with its own key (RFC 5280, 3.2)."""
    return scene.graph.is_self_signed(certificate)


def names_itself(_scene: Scene, certificate: Certificate) -> bool:
    """Self-issued, and its authority key identifier does not point elsewhere: OpenSSL's EXFLAG_SS."""
    aki = certificate.aki
    if not certificate.self_issued or (aki.serial is not None and aki.serial != certificate.serial):
        return False
    return aki.key_id is None or certificate.ski is None or aki.key_id == certificate.ski


def names_itself_and_may_sign(scene: Scene, certificate: Certificate) -> bool:
    """EXFLAG_SS before OpenSSL 1.1.1: key usage, where present, must include keyCertSign too."""
    usage = certificate.extensions.key_usage
    return names_itself(scene, certificate) and (usage is None or "key_cert_sign" in usage)


SIGNED: Final[tuple[IssuerRule, ...]] = (signature_holds,)


@dataclass(frozen=True, slots=True)
class Family:
    """The choices of one family. Defaults are those of a modern builder that tries every path.

    Candidates: ``served_rules`` and ``store_rules`` say which of either source count, ``order`` in which order those
    of one source are tried, ``prefer`` which source comes first, ``select`` orders or reduces both together,
    ``choices``, ``served_choices`` and ``store_choices`` how many of both, of the served and of the stored ones are
    followed at a step (0: all).
    ``served_order`` says where in the served list an issuer may stand, ``closed_store`` asks only the store above a
    certificate of the store, ``aia`` fetches issuers that are missing.

    Ends: ``partial_chain`` takes anchors that are not self-signed, ``climbs_store`` goes on from these while the store
    holds an issuer; ``anchors`` says which served certificates are anchors, ``leaf_trust`` whether the first one can
    be; ``self_signed_ends`` does not go past a
    self-signed certificate, of which ``self_signed`` is the test.

    ``depth`` is the length at which the builder gives up a path; 0 where no limit of it is known: longer ones than the
    shared search follows are then undecided.

    ``prepare`` reads the handshake before anything is built: JSSE validates an ordered list and builds only otherwise,
    wolfSSL loads the list from its end. ``propose`` stands in for the search where whole paths are made first: OTP.
    """

    id: str
    title: str
    basis: Basis
    sources: tuple[str, ...] = ()
    engine: Engine = Engine.BUILDER
    prefer: Prefer = Prefer.TRUSTED
    stop: Stop = Stop.FIRST_GOOD
    matching: Matching = Matching.BYTES
    served_rules: tuple[IssuerRule, ...] = SIGNED
    store_rules: tuple[IssuerRule, ...] = SIGNED
    order: Order = as_found
    select: Order = as_found
    choices: int = 0
    served_choices: int = 0
    store_choices: int = 0
    closed_store: bool = False
    served_order: ServedOrder = ServedOrder.ANY
    partial_chain: bool = True
    climbs_store: bool = False
    self_signed_ends: bool = True
    self_signed: SelfSignedTest = self_signed
    anchors: AnchorIdentity = AnchorIdentity.CERTIFICATE
    leaf_trust: LeafTrust = LeafTrust.LIKE_ISSUERS
    aia: bool = False
    depth: int = 0
    loop: LoopRule = by_entity
    switches: Switches = field(default_factory=Switches)
    note: str = ""
    prepare: Prepare | None = None
    propose: Propose | None = None

    @property
    def behaviour(self) -> Family:
        """The table without its labels: two families with equal behaviour give equal verdicts."""
        return replace(self, id="", title="", basis=Basis.MEASURED, sources=(), note="")


def anything_goes(_certificate: Certificate) -> object:
    """Loop rule of builders without one: only the depth ends a circle."""
    return object()


def named(identity: str, version: str) -> str:
    """``stem`` or ``stem-version``."""
    return f"{identity}-{version}" if version else identity


def nearest_note(wanted: tuple[int, ...], known: Sequence[tuple[int, ...]], title: str) -> str:
    """What to say where a version was not looked at itself: the nearest earlier one known, else the earliest."""
    if not wanted or any(release[: len(wanted)] == wanted for release in known):
        return ""
    earlier = max((release for release in known if release <= wanted), default=min(known))
    return f"taken to be like {title} {'.'.join(map(str, earlier))}, the nearest release known"


def linear(
    family: Family,
    served: Sequence[Certificate],
    problems: tuple[Problem, ...] = (),
    anchor: Certificate | None = None,
) -> Prepared:
    """The served certificates in exactly this order, then one from the store: how list validators work."""
    for child, issuer in pairwise(served):
        if child.issuer.key != issuer.subject.key:
            problems = (*problems, Problem(Reason.CHAIN_ORDER, child, "is not followed by its issuer"))
            break
    table = replace(
        family,
        prefer=Prefer.SERVED,
        stop=Stop.FIRST_PATH,
        served_order=ServedOrder.NEXT,
        served_rules=(),
        self_signed_ends=False,
        anchors=AnchorIdentity.STORE,
        loop=by_certificate,
        prepare=None,
    )
    return Prepared(table, Handshake(tuple(served)), problems, anchor)


__all__ = [
    "AnchorIdentity",
    "Basis",
    "Candidate",
    "Engine",
    "Family",
    "Handshake",
    "IssuerRule",
    "LeafTrust",
    "Matching",
    "Order",
    "Prefer",
    "Prepare",
    "Prepared",
    "Proposal",
    "Propose",
    "Scene",
    "ServedOrder",
    "Stop",
    "SubjectIndex",
    "anything_goes",
    "as_found",
    "by_certificate",
    "by_entity",
    "linear",
    "named",
    "names_itself",
    "names_itself_and_may_sign",
    "names_match",
    "nearest_note",
    "self_signed",
    "signature_holds",
]  # fmt: skip
