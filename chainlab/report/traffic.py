"""What access logs say, in words and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from chainlab.wording import number_of

if TYPE_CHECKING:
    from chainlab.traffic import Traffic


def traffic_words(traffic: Traffic) -> Iterator[str]:
    """What the access logs say, and what they do not."""
    mapped_clients, mapped_requests = sum(traffic.clients.values()), sum(traffic.requests.values())
    files, at_least = number_of(traffic.files, "file"), "at least " if traffic.capped else ""
    clients, requests = number_of(traffic.total_clients, "client"), number_of(traffic.total_requests, "request")
    yield (
        f"Access logs ({files}): {mapped_clients} of {at_least}{clients} and {mapped_requests} of {requests} "
        "come from a known client profile."
    )
    if traffic.unmapped_requests:
        named = ", ".join(f"{agent} ({count})" for agent, count in traffic.unmapped[:3])
        often = f"; most often {named}." if named else ", without a user agent."
        clients, requests = (
            number_of(traffic.unmapped_clients, "client"),
            number_of(traffic.unmapped_requests, "request"),
        )
        yield f"Not mapped: {clients}, {requests}{often}"
    if traffic.skipped:
        yield f"Passed over in the logs, for they are no requests: {number_of(traffic.skipped, 'line')}."


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
