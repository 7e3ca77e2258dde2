"""``Export-Csv`` of certificate objects.

RawData is usually the text ``System.Byte[]``: what is left is an inventory by thumbprint.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from chainlab.errors import InputError
from chainlab.evidence.model import ContainerEvidence, Item, Place
from chainlab.evidence.read_pem import text_of
from chainlab.evidence.reading import ReadOptions
from chainlab.findings import BROKEN_PART, Finding

FORMAT = "PowerShell CSV"
PRIORITY = 181

_TYPE = r"#TYPE [^\r\n]*\r?\n"
_HEAD = r'"?[\w .]{1,60}"?(?:[,;\t]"?[\w .]{1,60}"?){1,60}'
_COLUMN = r'(?:^|[,;\t])"?(?:Thumbprint|RawData)"?(?:[,;\t]|$)'
_TELLTALES = [encoded for name in ("Thumbprint", "RawData") for encoded in (name.encode(), name.encode("utf-16-le"))]


def sniff(data: bytes) -> bool:
    """A head line of columns, the thumbprint or the raw data among them."""
    if not any(name in data[:8192] for name in _TELLTALES):
        return False
    text = re.sub(_TYPE, "", text_of(data[:8192]).lstrip("\ufeff"), count=1)
    head = text.split("\n", 1)[0].rstrip("\r")
    return re.fullmatch(_HEAD, head) is not None and re.search(_COLUMN, head) is not None


def read(data: bytes, place: Place, _options: ReadOptions) -> Iterator[Item]:
    """One certificate or record a line."""
    import csv
    import io

    from chainlab.evidence.powershell import is_certificate, object_items

    text = re.sub(_TYPE, "", text_of(data).lstrip("\ufeff"), count=1)
    delimiter = next((mark for mark in ",;\t" if mark in text.split("\n", 1)[0]), ",")
    rows = csv.DictReader(io.StringIO(text), delimiter=delimiter)
    items: list[Item] = []
    try:
        for row in rows:
            fields = {name: value for name, value in row.items() if isinstance(name, str)}
            if is_certificate(fields):
                items.extend(object_items(fields, place.at(f"line {rows.line_num}"), FORMAT))
    except csv.Error as error:
        items.append(Finding(BROKEN_PART, {"place": str(place.at(f"line {rows.line_num}")), "why": str(error)}))
    if all(isinstance(item, Finding) for item in items):
        raise InputError(str(place), "CSV without certificates", expected="a column Thumbprint or RawData")
    yield ContainerEvidence(place, FORMAT, (("certificates", str(len(items))),))
    yield from items
