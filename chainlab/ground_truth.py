"""Windows' own answer, where the evidence has one, beside the prediction: it settles what documentation leaves open."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from chainlab import findings as kinds
from chainlab.certificate import Certificate
from chainlab.evidence import ChainEvidence
from chainlab.findings import Finding
from chainlab.graph import CertGraph
from chainlab.server import Server
from chainlab.targets import Target
from chainlab.windows.engine import BOTH, ChainPrediction, predict_chain
from chainlab.windows.selection import Policy, WindowsPath


def built_for(leaf: Certificate, chains: Iterable[ChainEvidence]) -> list[ChainEvidence]:
    """The chains that Windows built for this certificate."""
    return [chain for chain in chains if chain.thumbprints[:1] == (leaf.sha1,)]


def matches(path: WindowsPath, chain: ChainEvidence) -> bool:
    """Whether the path is, certificate by certificate, the one that Windows built."""
    return tuple(certificate.sha1 for certificate in path.certificates) == chain.thumbprints


def policies_in_force(
    server: Server, graph: CertGraph, targets: Iterable[Target], chains: Sequence[ChainEvidence], at: datetime
) -> tuple[Policy, ...]:
    """The tie rules that agree with every chain that this server was seen to build or to serve.

    Evidence that no rule explains settles nothing. That a server follows one rule for all its certificates is inferred
    [I].
    """
    standing = set(BOTH)
    for target in targets:
        built = built_for(target.leaf.certificate, chains)
        if target.observed is not None or not (built or target.seen):
            continue
        choices = predict_chain(server, graph, target.leaf.certificate, at).choices
        for chain in built:
            standing &= {policy for policy in BOTH if matches(choices[policy].winner, chain)} or set(BOTH)
        for seen in target.seen:
            standing &= {policy for policy in BOTH if choices[policy].winner.served == seen.chain} or set(BOTH)
    return tuple(policy for policy in BOTH if policy in standing) or BOTH


def compare(prediction: ChainPrediction, chains: Sequence[ChainEvidence]) -> Iterator[Finding]:
    """A finding for each chain that Windows built for the predicted leaf: it agrees or it differs."""
    for chain in built_for(prediction.leaf, chains):
        place = str(chain.place)
        agreeing = [p for p in prediction.possibilities if matches(p.path, chain)]
        if agreeing:
            policies = [policy.value for policy in agreeing[0].policies]
            open_question = len(prediction.choices) < len(BOTH) or len(prediction.possibilities) > 1
            which = f", as the rule '{policies[0]}' says" if open_question and len(policies) == 1 else ""
            yield Finding(kinds.WINDOWS_AGREES, {"place": place, "which": which}, (prediction.leaf.sha256,))
        else:
            shown = " → ".join(thumbprint[:8] for thumbprint in chain.thumbprints)
            yield Finding(kinds.WINDOWS_DIFFERS, {"place": place, "chain": shown}, (prediction.leaf.sha256,))
