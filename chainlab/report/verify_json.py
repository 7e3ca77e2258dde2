"""``chainlab.verification/1``: whether a plan's promise is kept, as JSON (schema in ``data/``)."""

from __future__ import annotations

from typing import Any, Final

from chainlab import __version__
from chainlab.report.json_report import hashes
from chainlab.report.json_text import document
from chainlab.verification import Checked, Verification

SCHEMA: Final = "chainlab.verification/1"

Json = dict[str, Any]


def render(verification: Verification) -> str:
    """The JSON text, indented, with a final line end."""
    return document(as_json(verification))


def as_json(verification: Verification) -> Json:
    """The answer as plain data."""
    promise = verification.promise
    return {
        "schema": SCHEMA,
        "chainlab": __version__,
        "plan": promise.file,
        "plan_at": promise.at,
        "holds": verification.holds,
        "sites": {
            "promised": len(promise.sites),
            "seen": len(promise.sites) - len(verification.unseen),
            "kept": len(verification.kept),
        },
        "steps": [step.title for step in promise.steps],
        "checked": [_checked(checked) for checked in verification.checked],
        "unseen": [site.leaf for site in verification.unseen],
    }


def _checked(checked: Checked) -> Json:
    return {
        "place": checked.observed.place,
        "endpoint": next((h.endpoint for h in checked.observed.handshakes if h.endpoint), None),
        "served": hashes(checked.observed.chain),
        "promised": [list(chain) for chain in checked.site.promised] if checked.site is not None else [],
        "kept": checked.kept,
        "renewed": checked.renewed,
        "undone": [list(undone) for undone in checked.undone],
        "why": checked.why or None,
    }
