"""How far a family was checked against the real verifier: data, written by the measurements."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from importlib import resources

from chainlab.paths.hosts import WITHOUT_DNS, HostRules, exactly, lone_wildcard
from chainlab.paths.name_rules import NameRules
from chainlab.records import dataclass
from chainlab.verifiers.family import Family


@dataclass(frozen=True, slots=True)
class Agreement:
    """What a family was run against, how many answers were compared, how many were equal, and when (ISO date)."""

    checked_against: str
    cells: int
    agreeing: int
    date: str

    @property
    def share(self) -> float:
        """Equal answers as a share of all."""
        return self.agreeing / self.cells if self.cells else 0.0

    def __str__(self) -> str:
        # A share short of all never rounds up to "100 %".
        percent = 100.0 if self.agreeing == self.cells else min(99.99, self.share * 100)
        return f"{self.agreeing} of {self.cells} answers equal ({percent:.4g} %), {self.date}"


@cache
def _measured() -> dict[str, Agreement]:
    text = (resources.files("chainlab.verifiers") / "data" / "agreement.json").read_text(encoding="utf-8")
    return {family: Agreement(**entry) for family, entry in json.loads(text).items()}


def agreement_of(family: Family) -> Agreement | None:
    """The agreement of the family itself, or the sum over measured versions that behave alike in what was tried."""
    known = _measured()
    if family.id in known:
        return known[family.id]
    from chainlab.verifiers import family_for

    alike = [entry for name, entry in known.items() if _tried(family_for(name)) == _tried(family)]
    if not alike:
        return None
    against = ", ".join(entry.checked_against for entry in alike)
    cells, agreeing = sum(entry.cells for entry in alike), sum(entry.agreeing for entry in alike)
    return Agreement(against, cells, agreeing, max(entry.date for entry in alike))


def _tried(family: Family) -> Family:
    """The behaviour without what the compared PKIs do not try: unusual names, and constraints but on whole domains."""
    table = family.behaviour
    names, host = table.switches.names, table.switches.host
    plain = NameRules(names.handling, common_name=names.common_name, subject=names.subject, need_san=names.need_san)
    usual = HostRules(host.common_name_unless and WITHOUT_DNS, exactly if host.match is exactly else lone_wildcard)
    return replace(table, switches=replace(table.switches, names=plain, host=usual))
