"""Access logs: which of the known clients really come, and how often."""

from chainlab.traffic.agents import Agents
from chainlab.traffic.logs import Log, LogReader, Sighting
from chainlab.traffic.tally import Tally, Traffic, read_traffic

__all__ = ["Agents", "Log", "LogReader", "Sighting", "Tally", "Traffic", "read_traffic"]
