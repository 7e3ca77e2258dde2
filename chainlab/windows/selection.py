"""Choosing between chains: the documented two passes, then one of two tie rules.

Pass 1 ranks by signature valid, complete, trusted root, in this order of weight [D: nf-wincrypt-
certgetcertificatechain and the SDK header]. Pass 2 considers only chains at least as good; what it weighs is
documented only as "quality" [D: KB 2831004], the order used here is inferred [I].

On equal quality Microsoft's KB says the shortest chain wins (policy ``kb`` [D]); several field cases show the chain
through the issuer with the newer NotBefore winning even when longer (policy ``newest`` [F]: ISRG X1 in September 2021,
GlobalSign R3, DigiCert G4). Neither is presented as the truth: where they differ the prediction is contested.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, IntEnum

from chainlab.certificate import Certificate
from chainlab.paths.search import CandidatePath, End
from chainlab.windows.elements import ChainElement, Context, chain_status, judge_elements
from chainlab.windows.matching import Match, match_of
from chainlab.windows.status import TrustError


class Policy(Enum):
    """The tie rule on equal quality."""

    KB = "kb"
    NEWEST = "newest"


class LostBecause(Enum):
    """Why a chain is not the chosen one: the first key in which it is worse."""

    SIGNATURE = ("signature", "a signature does not verify")
    PARTIAL = ("partial", "it does not reach a self-signed certificate")
    UNTRUSTED = ("untrusted-root", "its root is not trusted")
    DISTRUSTED = ("distrusted", "a certificate of it is explicitly distrusted")
    TIME = ("time", "a certificate of it is not valid now")
    USAGE = ("usage", "a certificate of it is not valid for server authentication")
    BASIC_CONSTRAINTS = ("basic-constraints", "basic constraints are violated")
    NAME_CONSTRAINTS = ("name-constraints", "name constraints are violated")
    EXTENSION = ("critical-extension", "a critical extension is not supported")
    POLICY = ("policy", "no certificate policy is valid along it")
    MATCH = ("match", "an issuer was found by a weaker match")
    LONGER = ("longer", "it is longer")
    OLDER = ("older-issuer", "its issuer at the fork has the older NotBefore")
    EXPIRES = ("expires-earlier", "its issuer at the fork expires earlier")
    TIE = ("tie", "nothing known decides between them")

    def __init__(self, code: str, text: str) -> None:
        self.code = code
        self.text = text


class _Pass1(IntEnum):
    """Weights of pass 1; the signature is the highest bit [D: SDK header comment]."""

    TRUSTED = 1
    COMPLETE = 2
    SIGNED = 4


_PASS2: tuple[tuple[TrustError, LostBecause], ...] = (
    (TrustError.IS_REVOKED | TrustError.IS_EXPLICIT_DISTRUST, LostBecause.DISTRUSTED),
    (TrustError.IS_NOT_TIME_VALID, LostBecause.TIME),
    (TrustError.IS_NOT_VALID_FOR_USAGE, LostBecause.USAGE),
    (TrustError.INVALID_BASIC_CONSTRAINTS, LostBecause.BASIC_CONSTRAINTS),
    (
        TrustError.HAS_NOT_PERMITTED_NAME_CONSTRAINT
        | TrustError.HAS_EXCLUDED_NAME_CONSTRAINT
        | TrustError.INVALID_NAME_CONSTRAINTS,
        LostBecause.NAME_CONSTRAINTS,
    ),
    (TrustError.INVALID_EXTENSION | TrustError.HAS_NOT_SUPPORTED_CRITICAL_EXT, LostBecause.EXTENSION),
    (TrustError.NO_ISSUANCE_CHAIN_POLICY | TrustError.INVALID_POLICY_CONSTRAINTS, LostBecause.POLICY),
)
"""Bits weighed in pass 2, most important first [I]. Time before usage: an expired path loses even to a long one [F]."""


@dataclass(frozen=True, slots=True)
class WindowsPath:
    """One candidate chain with its elements, its status and its quality in both passes."""

    path: CandidatePath
    elements: tuple[ChainElement, ...]
    status: TrustError
    pass1: int
    pass2: tuple[int, ...]

    @property
    def certificates(self) -> tuple[Certificate, ...]:
        """Leaf first."""
        return self.path.certificates

    @property
    def quality(self) -> tuple[int, ...]:
        """Both passes as one key; higher is better."""
        return (self.pass1, *self.pass2)

    @property
    def served(self) -> tuple[Certificate, ...]:
        """What Schannel sends: all but the self-signed certificate at the end [D: KB 954755]; a lone leaf stays."""
        certificates = self.certificates
        if self.root is not None and len(certificates) > 1:
            return certificates[:-1]
        return certificates

    @property
    def root(self) -> Certificate | None:
        """The self-signed certificate at the end, trusted or not."""
        return self.path.top if self.path.end is End.SELF_SIGNED else None


def assess(path: CandidatePath, context: Context) -> WindowsPath:
    """Judge a candidate chain and compute its quality."""
    elements = judge_elements(path, context)
    status = chain_status(elements, path.end)
    pass1 = (
        _Pass1.SIGNED * (TrustError.IS_NOT_SIGNATURE_VALID not in status)
        + _Pass1.COMPLETE * (TrustError.IS_PARTIAL_CHAIN not in status)
        + _Pass1.TRUSTED * (not status & (TrustError.IS_UNTRUSTED_ROOT | TrustError.IS_PARTIAL_CHAIN))
    )
    pass2 = (*(int(not status & bits) for bits, _ in _PASS2), int(_weakest_match(path)))
    return WindowsPath(path, elements, status, int(pass1), pass2)


def _weakest_match(path: CandidatePath) -> Match:
    """The weakest link decides: a sum would favour long chains [I]."""
    certificates = path.certificates
    matches = (match_of(child, issuer) for child, issuer in itertools.pairwise(certificates))
    return min((match or Match.NAME for match in matches), default=Match.EXACT)


@dataclass(frozen=True, slots=True)
class Choice:
    """The chosen chain, and the rivals that only an undocumented key (NotAfter, or nothing) kept from being chosen."""

    winner: WindowsPath
    tied: tuple[WindowsPath, ...] = ()


def choose(paths: Sequence[WindowsPath], policy: Policy) -> Choice:
    """The chain that Windows returns under ``policy``; ``paths`` must not be empty."""
    best = max(path.quality for path in paths)
    rivals = [path for path in paths if path.quality == best]
    if policy is Policy.KB:
        shortest = min(len(path.certificates) for path in rivals)
        rivals = [path for path in rivals if len(path.certificates) == shortest]
    return _at_fork(rivals, depth=1)


def _at_fork(rivals: list[WindowsPath], depth: int) -> Choice:
    """Decide where the chains part: recursively, each branch is represented by its own best chain."""
    if len(rivals) == 1:
        return Choice(rivals[0])
    branches: dict[str, list[WindowsPath]] = {}
    for path in rivals:
        branches.setdefault(path.certificates[depth].sha256, []).append(path)
    if len(branches) == 1:
        return _at_fork(rivals, depth + 1)
    choices = [_at_fork(branch, depth + 1) for branch in branches.values()]
    choices.sort(key=lambda choice: fork_key(choice.winner, depth), reverse=True)
    first = choices[0]
    decided = fork_key(first.winner, depth)[:2]
    tied = tuple(choice.winner for choice in choices[1:] if fork_key(choice.winner, depth)[:2] == decided)
    return Choice(first.winner, (*first.tied, *tied))


def fork_key(path: WindowsPath, depth: int) -> tuple[float, int, float, str]:
    """How a chain ranks at the fork: newer NotBefore of the issuer, fewer elements, later NotAfter, fingerprint.

    The last two are guesses [?]: what they decide is reported as undetermined.
    """
    issuer = path.certificates[depth]
    return issuer.not_before.timestamp(), -len(path.certificates), issuer.not_after.timestamp(), issuer.sha256


def lost_because(loser: WindowsPath, winner: WindowsPath, policy: Policy) -> LostBecause:
    """The first key in which ``loser`` is worse than ``winner`` under ``policy``."""
    if loser.pass1 != winner.pass1:
        missing = ~loser.pass1 & winner.pass1
        for weight, reason in (
            (_Pass1.SIGNED, LostBecause.SIGNATURE),
            (_Pass1.COMPLETE, LostBecause.PARTIAL),
            (_Pass1.TRUSTED, LostBecause.UNTRUSTED),
        ):
            if missing & weight:
                return reason
    for (_, reason), mine, theirs in zip(_PASS2, loser.pass2, winner.pass2, strict=False):
        if mine < theirs:
            return reason
        if mine > theirs:
            break
    if loser.pass2[-1] < winner.pass2[-1] and loser.pass2[:-1] == winner.pass2[:-1]:
        return LostBecause.MATCH
    return _lost_on_ties(loser, winner, policy)


def _lost_on_ties(loser: WindowsPath, winner: WindowsPath, policy: Policy) -> LostBecause:
    if policy is Policy.KB and len(loser.certificates) > len(winner.certificates):
        return LostBecause.LONGER
    pairs = zip(loser.certificates, winner.certificates, strict=False)
    depth = next((position for position, (mine, theirs) in enumerate(pairs) if mine != theirs), 0)
    mine, theirs = fork_key(loser, depth), fork_key(winner, depth)
    for position, reason in enumerate((LostBecause.OLDER, LostBecause.LONGER, LostBecause.EXPIRES)):
        if mine[position] != theirs[position]:
            return reason
    return LostBecause.TIE
