"""A fleet's rows as CSV: one a server and site, for a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from typing import IO

from chainlab.escaping import csv_cell


def render(rows: Iterable[Sequence[str]], file: IO[str]) -> None:
    """Write the rows as they come; line ends are CRLF (RFC 4180)."""
    writer = csv.writer(file, lineterminator="\r\n")
    for row in rows:
        writer.writerow([csv_cell(value) for value in row])
