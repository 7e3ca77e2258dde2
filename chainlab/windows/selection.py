"""Choosing between chains: the documented two passes, then one of two tie rules.

Pass 1 ranks by signature valid, complete, trusted root, in this order of weight [D: nf-wincrypt-
certgetcertificatechain and the SDK header]. Pass 2 considers only chains at least as good; what it weighs is
documented only as "quality" [D: KB 2831004], the order used here is inferred [I].

On equal quality Microsoft's KB says the shortest chain wins (policy ``kb`` [D]); several field cases show the chain
through the issuer with the newer NotBefore winning even when longer (policy ``newest`` [F]: ISRG X1 in September 2021,
GlobalSign R3, DigiCert G4). Neither is presented as the truth: where they differ the prediction is contested.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterable, Sequence
from enum import Enum, IntEnum
from typing import Final

from chainlab.certificate import Certificate
from chainlab.paths.search import CandidatePath, End
from chainlab.records import dataclass
from chainlab.windows.elements import ChainElement, Context, chain_info, chain_status, judge_elements
from chainlab.windows.matching import Match, match_of
from chainlab.windows.sources import Source, source
from chainlab.windows.status import NAME_CONSTRAINT_ERRORS, TrustError, TrustInfo


class Policy(Enum):
    """The tie rule on equal quality."""

    KB = "kb"
    NEWEST = "newest"


_PASS1_SOURCE = source("D", "nf-wincrypt-certgetcertificatechain, SDK header: pass 1, most significant first")
_PASS2_SOURCE = source("DI", "KB 2831004 says 'quality'; which bits count and in which order is inferred")


class LostBecause(Enum):
    """Why a chain is not the chosen one: the first key in which it is worse, with the evidence for that key."""

    SIGNATURE = ("signature", "a signature does not verify", _PASS1_SOURCE)
    PARTIAL = ("partial", "it does not reach a self-signed certificate", _PASS1_SOURCE)
    UNTRUSTED = ("untrusted-root", "its root is not trusted", _PASS1_SOURCE)
    DISTRUSTED = ("distrusted", "a certificate of it is explicitly distrusted", _PASS2_SOURCE)
    TIME = ("time", "a certificate of it is not valid now",
            source("FI", "ISRG Root X1 after 2021-09-30 (win-acme#1943): time loses in pass 2"))  # fmt: skip
    USAGE = ("usage", "a certificate of it is not valid for server authentication",
             source("DI", "KB 2831004: the effect of disabled purposes; its rank is inferred"))  # fmt: skip
    BASIC_CONSTRAINTS = ("basic-constraints", "basic constraints are violated", _PASS2_SOURCE)
    NAME_CONSTRAINTS = ("name-constraints", "name constraints are violated", _PASS2_SOURCE)
    EXTENSION = ("critical-extension", "a critical extension is not supported", _PASS2_SOURCE)
    POLICY = ("policy", "no certificate policy is valid along it", _PASS2_SOURCE)
    MATCH = ("match", "an issuer was found by a weaker match", source("I", "the better match is preferred"))
    LONGER = ("longer", "it is longer", source("D", "KB 2831004: on equal quality the shortest chain"))
    OLDER = ("older-issuer", "its issuer at the fork has the older NotBefore",
             source("F", "Posh-ACME#383, win-acme#1918, GlobalSign (2024-02-29), dotnet/sign#551"))  # fmt: skip
    EXPIRES = ("expires-earlier", "its issuer at the fork expires earlier", source("?", "a guess, never relied on"))
    TIE = ("tie", "nothing known decides between them", source("?"))

    def __init__(self, code: str, text: str, evidence: Source) -> None:
        self.code = code
        self.text = text
        self.evidence = evidence


class _Pass1(IntEnum):
    """Weights of pass 1; the signature is the highest bit [D: SDK header comment]."""

    TRUSTED = 1
    COMPLETE = 2
    SIGNED = 4


MAX_PASS1: Final = sum(_Pass1)
"""Signed, complete and trusted."""

_PASS2: tuple[tuple[TrustError, LostBecause], ...] = (
    (TrustError.IS_REVOKED | TrustError.IS_EXPLICIT_DISTRUST, LostBecause.DISTRUSTED),
    (TrustError.IS_NOT_TIME_VALID, LostBecause.TIME),
    (TrustError.IS_NOT_VALID_FOR_USAGE, LostBecause.USAGE),
    (TrustError.INVALID_BASIC_CONSTRAINTS, LostBecause.BASIC_CONSTRAINTS),
    (NAME_CONSTRAINT_ERRORS, LostBecause.NAME_CONSTRAINTS),
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
    def info(self) -> TrustInfo:
        """``dwInfoStatus`` of the chain."""
        return chain_info(self.elements)

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
    """The weakest link decides [I].

    The sum of all links, which one might take instead, would make every longer chain better, against KB 2831004.
    """
    certificates = path.certificates
    matches = (match_of(child, issuer) for child, issuer in itertools.pairwise(certificates))
    return min((match or Match.NAME for match in matches), default=Match.EXACT)


@dataclass(frozen=True, slots=True)
class Choice:
    """The chosen chain, and the rivals that only a guess kept from being chosen."""

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
    branches = _branches(rivals, depth)
    if len(branches) == 1:
        return _at_fork(rivals, depth + 1)
    choices = [_at_fork(branch, depth + 1) for branch in branches]
    choices.sort(key=lambda choice: fork_key(choice.winner, depth), reverse=True)
    first, others = choices[0], choices[1:]
    open_to = [choice for choice in others if _undecided(first.winner, choice.winner, depth)]
    tied = [path for choice in open_to for path in (choice.winner, *choice.tied)]
    return Choice(first.winner, (*first.tied, *tied))


def _branches(rivals: Iterable[WindowsPath], depth: int) -> list[list[WindowsPath]]:
    """The chains by the issuer at ``depth``."""
    branches: dict[str, list[WindowsPath]] = {}
    for path in rivals:
        branches.setdefault(path.certificates[depth].sha256, []).append(path)
    return list(branches.values())


def ranked(paths: Sequence[WindowsPath], policy: Policy) -> list[WindowsPath]:
    """All chains, best first: as ``choose`` would take them one after the other."""
    groups: dict[tuple[tuple[int, ...], int], list[WindowsPath]] = {}
    for path in paths:
        length = len(path.certificates) if policy is Policy.KB else 0
        groups.setdefault((path.quality, -length), []).append(path)
    return [path for group in sorted(groups, reverse=True) for path in _by_fork(groups[group], depth=1)]


def _by_fork(rivals: list[WindowsPath], depth: int) -> Iterable[WindowsPath]:
    """The order in which ``_at_fork`` would choose: the branches' best against each other, again and again."""
    if len(rivals) == 1:
        return rivals
    ordered = (_by_fork(branch, depth + 1) for branch in _branches(rivals, depth))
    return heapq.merge(*ordered, key=lambda path: fork_key(path, depth), reverse=True)


def _undecided(winner: WindowsPath, rival: WindowsPath, depth: int) -> bool:
    """Whether only a guess puts ``winner`` before ``rival``.

    Nothing known decides between issuers of equal NotBefore and equally long chains [?]; nor between an issuer found
    by key and name and one found by its key alone [?: Let's Encrypt X1 and X3 in 2016, ACMESharp#119].
    """
    if fork_key(winner, depth)[:2] == fork_key(rival, depth)[:2]:
        return True
    named = {_has_issuer_name(path, depth) for path in (winner, rival)}
    return len(named) > 1 and len(winner.certificates) == len(rival.certificates)


def _has_issuer_name(path: WindowsPath, depth: int) -> bool:
    child, issuer = path.certificates[depth - 1], path.certificates[depth]
    return child.issuer.same_bytes(issuer.subject)


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


def quality_keys(path: WindowsPath) -> list[tuple[str, int]]:
    """The keys of both passes by name, in the order in which they are compared; 1 is good, 0 is bad.

    The last key is the weakest match on the path (3 exact, 2 key, 1 name).
    """
    first = [(weight.name.lower(), int(bool(path.pass1 & weight))) for weight in reversed(_Pass1)]
    second = [(reason.code, value) for (_, reason), value in zip(_PASS2, path.pass2, strict=False)]
    return [*first, *second, ("match", path.pass2[-1])]


def quality_words(path: WindowsPath) -> str:
    """The quality in words: what is good in pass 1, what is bad in pass 2, and the weakest match."""
    keys = quality_keys(path)
    passed = [key for key, value in keys[: len(_Pass1)] if value]
    failed = [key for key, value in keys[len(_Pass1) : -1] if not value]
    first = f"pass 1 {', '.join(passed) or 'nothing'}"
    second = f"pass 2 {'clean' if not failed else 'fails in ' + ', '.join(failed)}"
    return f"{first}; {second}; weakest match {Match(path.pass2[-1]).name.lower()}"
