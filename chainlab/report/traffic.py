"""What access logs say, in words and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from chainlab.report.words import number

if TYPE_CHECKING:
    from chainlab.traffic import Traffic


def traffic_words(traffic: Traffic) -> Iterator[str]:
    """What the access logs say, and what they do not."""
    mapped_clients, mapped_requests = sum(traffic.clients.values()), sum(traffic.requests.values())
    at_least = "at least " if traffic.capped else ""
    yield (
        f"Access logs ({number(traffic.files, 'file')}): {mapped_clients} of {at_least}{traffic.total_clients} clients "
        f"and {mapped_requests} of {traffic.total_requests} requests come from a known client profile."
    )
    if traffic.unmapped_requests:
        named = ", ".join(f"{agent} ({count})" for agent, count in traffic.unmapped[:3])
        yield f"Not mapped: {traffic.unmapped_clients} clients, {traffic.unmapped_requests} requests" + (
            f"; most often {named}." if named else ", without a user agent.")  # fmt: skip
    if traffic.skipped:
        yield f"{traffic.skipped} lines of the logs are no requests and were passed over."


def traffic_json(traffic: Traffic | None) -> dict[str, Any] | None:
    """The counts by client profile, and what could not be mapped."""
    if traffic is None:
        return None
    return {
        "files": traffic.files,
        "requests": traffic.requests,
        "clients": traffic.clients,
        "unmapped_requests": traffic.unmapped_requests,
        "unmapped_clients": traffic.unmapped_clients,
        "unmapped": [{"agent": agent, "requests": count} for agent, count in traffic.unmapped],
        "skipped_lines": traffic.skipped,
        "clients_are_lower_bounds": traffic.capped,
    }
