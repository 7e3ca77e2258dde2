"""The rules by which verifiers take or leave candidates while they build, and the orders in which they try them.

Each is named for what it asks; a family's table lists those it applies. What is judged only on the finished path is in
``paths.checks``.
"""

from __future__ import annotations

from chainlab.certificate import Certificate
from chainlab.verifiers.family import Candidate, as_found, signature_holds

__all__ = ["as_found", "signature_holds"]


def key_id_fits(candidate: Candidate) -> bool:
    """The child's authority key identifier does not name another key than the candidate's subject key identifier."""
    return key_ids_agree(candidate.child, candidate.issuer)


def key_ids_agree(child: Certificate, issuer: Certificate) -> bool:
    """The two key identifiers are equal, or one of them is missing."""
    wanted, held = child.aki.key_id, issuer.ski
    return wanted is None or held is None or wanted == held


def has_key_id(candidate: Candidate) -> bool:
    """Where the child names a key, the candidate's subject key identifier is that key: a missing one does not fit."""
    wanted = candidate.child.aki.key_id
    return wanted is None or wanted == candidate.issuer.ski


def serial_fits(candidate: Candidate) -> bool:
    """The issuer and serial number in the child's authority key identifier, where given, are the candidate's."""
    aki, issuer = candidate.child.aki, candidate.issuer
    if aki.serial is not None and aki.serial != issuer.serial:
        return False
    return aki.issuer is None or aki.issuer.key == issuer.issuer.key


def same_bytes(candidate: Candidate) -> bool:
    """The child's issuer is the candidate's subject, byte for byte."""
    return candidate.child.issuer.same_bytes(candidate.issuer.subject)


def may_sign(candidate: Candidate) -> bool:
    """Key usage, where present, includes keyCertSign."""
    usage = candidate.issuer.extensions.key_usage
    return usage is None or "key_cert_sign" in usage


def says_ca(candidate: Candidate) -> bool:
    """Basic constraints say that it is a CA."""
    constraints = candidate.issuer.extensions.basic_constraints
    return constraints is not None and constraints.ca


def not_denied_ca(candidate: Candidate) -> bool:
    """It is a CA, or an old certificate of version 1 or 2 in the trust store, which cannot say so."""
    return says_ca(candidate) or (candidate.trusted and candidate.issuer.version < 3)


def valid_now(candidate: Candidate) -> bool:
    """It is within its validity period."""
    return candidate.issuer.valid_at(candidate.scene.question.at)


def path_length_fits(candidate: Candidate) -> bool:
    """Its path length constraint allows the intermediate certificates so far; self-issued ones do not count."""
    constraints = candidate.issuer.extensions.basic_constraints
    if constraints is None or constraints.path_length is None:
        return True
    return sum(not step.certificate.self_issued for step in candidate.path[1:]) <= constraints.path_length


def not_used_up(candidate: Candidate) -> bool:
    """The served list holds one more of it than the path: OpenSSL takes out what it has followed, twins stay."""
    identity = candidate.issuer.sha256
    used = sum(step.certificate.sha256 == identity for step in candidate.path)
    if not used:
        return True
    return used < candidate.scene.handshake.copies(candidate.issuer)


def valid_first(candidates: list[Candidate]) -> list[Candidate]:
    """Certificates valid now before others."""
    return sorted(candidates, key=lambda candidate: not valid_now(candidate))


def valid_else_latest(candidates: list[Candidate]) -> list[Candidate]:
    """Certificates valid now in their order, then the others, latest expiry first."""
    return sorted(
        candidates,
        key=lambda candidate: (0.0, 0.0) if valid_now(candidate) else (1.0, -candidate.issuer.not_after.timestamp()),
    )


def valid_else_last(candidates: list[Candidate]) -> list[Candidate]:
    """Certificates valid now in their order, then the others, last found first."""
    valid = [candidate for candidate in candidates if valid_now(candidate)]
    return valid + [candidate for candidate in reversed(candidates) if not valid_now(candidate)]


def key_id_rank(candidate: Candidate) -> int:
    """0 the key identifiers agree, 1 one of them is missing, 2 they differ."""
    wanted, held = candidate.child.aki.key_id, candidate.issuer.ski
    if wanted is None or held is None:
        return 1
    return 0 if wanted == held else 2


def signers_first(candidates: list[Candidate]) -> list[Candidate]:
    """Those whose key signed the child first."""
    return sorted(candidates, key=lambda candidate: not signature_holds(candidate))


def by_key_id(candidates: list[Candidate]) -> list[Candidate]:
    """Agreeing key identifiers first, differing ones last."""
    return sorted(candidates, key=key_id_rank)


def valid_then_last(candidates: list[Candidate]) -> list[Candidate]:
    """Certificates valid now before others, of each the last found first."""
    return valid_first(candidates[::-1])


def likeliest_first(candidates: list[Candidate]) -> list[Candidate]:
    """Valid now before others, of these agreeing key identifiers first (RFC 4158, 3.5): the order decides nothing
    where every path is tried, but how soon a good one is found."""
    return valid_first(by_key_id(candidates))


def last_first(candidates: list[Candidate]) -> list[Candidate]:
    """The last found first."""
    return candidates[::-1]


def newest_first(candidates: list[Candidate]) -> list[Candidate]:
    """Latest start of validity first."""
    return sorted(candidates, key=lambda candidate: -candidate.issuer.not_before.timestamp())
