"""Many servers at once: every input read and told apart, every distinct one diagnosed once, equal problems grouped."""

from chainlab.fleet.job import Job
from chainlab.fleet.run import Progress, Run, Stopped, run
from chainlab.fleet.summary import ChangeSummary, Counts, ErrorRow, Group, Summary, csv_rows, summarise

__all__ = [
    "ChangeSummary", "Counts", "ErrorRow", "Group", "Job", "Progress", "Run", "Stopped", "Summary", "csv_rows", "run",
    "summarise",
]  # fmt: skip
