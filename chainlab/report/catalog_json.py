"""``chainlab.catalog/1``: catalogued certificates as JSON. Schema: ``data/chainlab.catalog-1.schema.json``."""

from __future__ import annotations

from typing import Any, Final

from chainlab import __version__
from chainlab.catalog import ProgramEntry
from chainlab.cataloguing import CatalogView, Known
from chainlab.report.json_report import certificate_json, instant
from chainlab.report.json_text import document

SCHEMA: Final = "chainlab.catalog/1"


def render(view: CatalogView) -> str:
    """The JSON text, indented, with a final line end."""
    return document(as_json(view))


def as_json(view: CatalogView) -> dict[str, Any]:
    """The view as plain data."""
    return {
        "schema": SCHEMA,
        "chainlab": __version__,
        "folder": str(view.folder),
        "counts": {"catalogued": view.catalogued, "shipped": view.shipped, "imported": view.imported},
        "root_program": instant(view.program.this_update),
        "certificates": {known.certificate.sha256: _known(known) for known in view.found},
    }


def _known(known: Known) -> dict[str, Any]:
    return {
        **certificate_json(known.certificate, ["catalog"]),
        "encoding": known.encoding or None,
        "origin": known.origin or None,
        "category": known.category or None,
        "source": known.source or None,
        "root_program": program_json(known.program) if known.program is not None else None,
        "snapshots": list(known.snapshots),
    }


def program_json(entry: ProgramEntry) -> dict[str, Any]:
    """What Microsoft's list says of one root; ``null``: the list sets no such restriction."""

    def listed(purposes: frozenset[str] | None) -> list[str] | None:
        return None if purposes is None else sorted(purposes)

    return {
        "sha256": entry.sha256 or None,
        "sha1": entry.sha1,
        "name": entry.name,
        "purposes": listed(entry.purposes),
        "disallowed_after": instant(entry.disallowed_after) if entry.disallowed_after is not None else None,
        "disallowed_purposes": listed(entry.disallowed_purposes),
        "not_before_after": instant(entry.not_before_after) if entry.not_before_after is not None else None,
        "not_before_purposes": listed(entry.not_before_purposes),
    }
