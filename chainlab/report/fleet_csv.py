"""A fleet's rows as CSV: one a server and site, for a spreadsheet."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from chainlab.escaping import csv_cell


def render(rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """The rows as they come, in UTF-8 with the mark that Excel needs; line ends are CRLF (RFC 4180)."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    yield codecs.BOM_UTF8
    for row in rows:
        writer.writerow([csv_cell(value) for value in row])
        yield text.getvalue().encode()
        text.seek(0)
        text.truncate()
