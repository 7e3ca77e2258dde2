"""Clients: a trust-store snapshot, a verifier family and the limits of one kind of device or program."""

from chainlab.clients.profiles import Profile, load_profiles, parse_own_client, select
from chainlab.clients.snapshots import Snapshots, SnapshotStore
from chainlab.clients.verdicts import ClientVerdict, Judge, Verdict

__all__ = [
    "ClientVerdict", "Judge", "Profile", "SnapshotStore", "Snapshots", "Verdict", "load_profiles", "parse_own_client",
    "select",
]  # fmt: skip
