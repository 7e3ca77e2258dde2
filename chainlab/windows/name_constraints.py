"""Name constraints as Windows judges them: against the names of the end certificate only [D: CERT_TRUST_STATUS]."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from chainlab import oids
from chainlab.certificate import Certificate, GeneralName, NameConstraints
from chainlab.graph import CertGraph
from chainlab.paths.name_constraints import Breach, judged_breaches
from chainlab.paths.name_rules import Fit, NameRules, caseless_mail_subtree, fit, lenient_uri_subtree
from chainlab.paths.names import names_of
from chainlab.windows.status import TrustError


def _same_form(name: GeneralName, tree: GeneralName, _excluded: bool) -> Fit:
    return fit(name.value == tree.value)


_RULES = NameRules(email=caseless_mail_subtree, uri=lenient_uri_subtree, other=_same_form)
_EXCLUDED = (TrustError.HAS_EXCLUDED_NAME_CONSTRAINT, "name constraints exclude the leaf")
_NOT_PERMITTED = (TrustError.HAS_NOT_PERMITTED_NAME_CONSTRAINT, "name constraints do not permit the leaf")
_UNSUPPORTED = (TrustError.HAS_NOT_SUPPORTED_NAME_CONSTRAINT, "name constraints of an unsupported form")
_MALFORMED = (
    TrustError.INVALID_EXTENSION | TrustError.INVALID_NAME_CONSTRAINTS,
    "the leaf's alternative names do not decode",
)


def judge_names(
    graph: CertGraph, owner: str, constraints: NameConstraints, leaf: Certificate
) -> Iterator[tuple[TrustError, str]]:
    """The bits that the constraining CA gets, and why; none if the leaf's names satisfy the constraints.

    Names not permitted and names excluded have a bit each [D; W: chain5, chain20, chain22-26, chain28]. Alternative
    names that do not decode, such as one with an embedded NUL, make the constraints invalid [W: chain27]. A host in
    the common name of a leaf without alternative names counts as one [I]; so do e-mail addresses in the subject [I].
    ``owner``: the fingerprint of the certificate with these constraints, or what else tells them apart.
    """
    if _is_unsupported(constraints):
        yield _UNSUPPORTED
    if leaf.malformed_names:
        yield _MALFORMED
        return
    for breach in compared(graph, owner, constraints, leaf) or ():
        yield _EXCLUDED if breach.excluded else _NOT_PERMITTED


def compared(
    graph: CertGraph, owner: str, constraints: NameConstraints, leaf: Certificate
) -> tuple[Breach, ...] | None:
    """How the leaf's names break them; ``None`` where there is too much to compare."""
    names = partial(names_of, leaf, common_name=True, email=True)
    return judged_breaches(graph, (owner, leaf.sha256, "windows"), constraints, names, _RULES)


def _is_unsupported(constraints: NameConstraints) -> bool:
    """Minimum or maximum; registered IDs, X.400, EDI, other names than the UPN [D: CERT_TRUST_STATUS]."""
    return constraints.bounded or any(
        tree.kind == "other" and tree.value != oids.USER_PRINCIPAL_NAME for tree in constraints.trees
    )
