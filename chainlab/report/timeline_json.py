"""``chainlab.timeline/1``: the timeline as JSON. The schema ships as ``data/chainlab.timeline-1.schema.json``."""

from __future__ import annotations

from typing import Any, Final

from chainlab import __version__
from chainlab.report.comparison_json import answer_json, difference_json
from chainlab.report.json_report import certificates_json, instant
from chainlab.report.json_text import document
from chainlab.timeline import Cause, Event, Timeline, Timelines

SCHEMA: Final = "chainlab.timeline/1"

Json = dict[str, Any]


def render(timelines: Timelines) -> str:
    """The JSON text, indented, with a final line end."""
    return document(as_json(timelines))


def as_json(timelines: Timelines) -> Json:
    """The timeline as plain data."""
    graph = timelines.case.scene.graph
    return {
        "schema": SCHEMA,
        "chainlab": __version__,
        "at": instant(timelines.at),
        "until": instant(timelines.until),
        "worse": timelines.worse,
        "targets": [_timeline(timeline) for timeline in timelines.targets],
        "certificates": certificates_json(graph),
    }


def _timeline(timeline: Timeline) -> Json:
    target = timeline.target
    return {
        "leaf": target.leaf.certificate.sha256,
        "names": list(target.leaf.certificate.dns_names),
        "binding": target.binding.endpoint if target.binding is not None else None,
        "host": target.host or None,
        "start": answer_json(timeline.start),
        "events": [_event(event) for event in timeline.events],
        "quiet_dates": timeline.quiet,
        "dates_left_out": timeline.left_out,
    }


def _event(event: Event) -> Json:
    return {
        "at": instant(event.at),
        "assumes_renewal": event.renewed,
        "worse": event.worse,
        "causes": [_cause(cause) for cause in event.causes],
        "before": answer_json(event.before),
        "after": answer_json(event.after),
        "differences": [difference_json(difference) for difference in event.differences],
    }


def _cause(cause: Cause) -> Json:
    return {
        "event": cause.turn.name.lower().replace("_", "-"),
        "certificate": cause.certificate.sha256,
        "clients": sorted(client.id for client in cause.clients),
    }
