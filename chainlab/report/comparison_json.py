"""Chains and clients before and after as plain data: shared by ``impact`` and ``timeline``."""

from __future__ import annotations

from typing import Any

from chainlab.comparison import Answer, Difference, Serving
from chainlab.report.json_report import hashes

Json = dict[str, Any]


def answer_json(answer: Answer) -> Json:
    """Every chain that may be on the wire, and the clients that accept each."""
    return {
        "certainty": answer.certainty.value,
        "chains": [serving_json(serving) for serving in answer.servings],
        "clients": {"accept": len(answer.surely_accepting), "reject": answer.total - len(answer.surely_accepting)},
    }


def serving_json(serving: Serving) -> Json:
    """One chain with the rules that serve it and the clients that accept it."""
    return {
        "policies": [policy.value for policy in serving.policies],
        "chain": hashes(serving.chain),
        "root": serving.root.sha256 if serving.root is not None else None,
        "accepting": sorted(serving.accepting),
    }


def difference_json(difference: Difference) -> Json:
    """One way in which it can go; clients lost with the reason for which they then reject."""
    return {
        "policies": [policy.value for policy in difference.policies],
        "before": hashes(difference.before.chain),
        "after": hashes(difference.after.chain),
        "gained": sorted(difference.gained),
        "lost": [
            {"id": v.profile.id, "reason": v.reason, "detail": v.detail}
            for v in sorted(difference.after.verdicts, key=lambda verdict: verdict.profile.id)
            if v.profile.id in difference.lost
        ],
    }
