"""The closed list of reasons why a path, and so a client, fails.

``rank`` orders them by how much they explain: where several candidate paths fail for different reasons, the most
telling one is reported (the idea of rustls-webpki's ``Error::rank``). A path that failed only at its end says more
than one that never got anywhere.
"""

from __future__ import annotations

from enum import Enum

from chainlab.certificate import Certificate
from chainlab.records import dataclass


class Reason(Enum):
    """Stable code, rank (higher explains more) and what it means in one sentence."""

    NO_ANCHOR = ("no-anchor", 10, "no path leads to a root that this client trusts")
    MISSING_INTERMEDIATE = ("missing-intermediate", 11, "an issuing CA certificate is not served and not known")
    CHAIN_ORDER = ("chain-order", 13, "the client needs the chain in order, each certificate followed by its issuer")
    BAD_SIGNATURE = ("bad-signature", 20, "a signature does not verify with the issuer's key")
    NOT_A_CA = ("not-a-ca", 30, "a certificate that is not a CA stands as an issuer")
    KEY_USAGE = ("key-usage", 29, "an issuer's key usage does not allow signing certificates")
    PATH_LENGTH = ("path-length", 32, "a CA's path length constraint is exceeded")
    NAME_CONSTRAINT = ("name-constraint", 33, "a CA's name constraints do not allow the server's name")
    CRITICAL_EXTENSION = ("critical-extension", 34, "a critical extension is not understood")
    POLICY = ("policy", 31, "the certificate policies that the path requires are not met")
    MISSING_KEY_ID = ("missing-key-id", 36, "the client insists on key identifiers that a certificate lacks")
    TOO_LONG = ("too-long", 35, "the path is longer than the client allows")
    TOO_LARGE = ("too-large", 37, "the served chain has more bytes than the client takes")
    WEAK_SIGNATURE = ("weak-signature", 40, "a signature uses an algorithm that the client no longer accepts")
    WEAK_KEY = ("weak-key", 41, "a key is smaller than the client accepts")
    UNSUPPORTED_ALGORITHM = ("unsupported-algorithm", 42, "the client cannot check an algorithm of the chain")
    EXPIRED_INTERMEDIATE = ("expired-intermediate", 50, "an intermediate CA certificate has expired")
    EXPIRED_ANCHOR = ("expired-anchor", 51, "the trusted root has expired")
    NOT_YET_VALID = ("not-yet-valid", 52, "a certificate is not valid yet")
    WRONG_PURPOSE = ("wrong-purpose", 60, "a certificate is not allowed for server authentication")
    DISTRUSTED = ("distrusted", 61, "a certificate of the path is distrusted by name")
    EXPIRED_LEAF = ("expired-leaf", 70, "the server certificate has expired")
    LEAF_KEY_USAGE = ("leaf-key-usage", 69, "the server certificate's key usage does not suit its key for this client")
    HOST_MISMATCH = ("host-mismatch", 71, "the server certificate does not name the host")
    UNCHECKED = ("cannot-be-checked", 1, "something on the path cannot be judged here, whatever the client does")
    BUDGET = ("search-stopped", 0, "the search was stopped at its budget")

    def __init__(self, code: str, rank: int, text: str) -> None:
        self.code = code
        self.rank = rank
        self.text = text

    @property
    def undecided(self) -> bool:
        """It says that the answer is not known, not that the client rejects."""
        return self in (Reason.UNCHECKED, Reason.BUDGET)


@dataclass(frozen=True, slots=True)
class Problem:
    """One reason against a path: what, at which certificate, and the particulars in words."""

    reason: Reason
    certificate: Certificate | None = None
    detail: str = ""

    def __str__(self) -> str:
        where = f" at {self.certificate.label}" if self.certificate is not None else ""
        return f"{self.detail or self.reason.text}{where}"


def most_telling(problems: list[Problem]) -> Problem | None:
    """The problem with the highest rank; the first of equals."""
    return max(problems, key=lambda problem: problem.reason.rank, default=None)
