"""What a finding is: its kind with a stable code and severity, the sentence for people, why it matters, what to do."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Final

from chainlab.records import dataclass, field


class Severity(Enum):
    """How bad it is: an error changes the verdict, a warning may, a note is for the record."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of finding: code, severity, sentence template, why it matters, what to do."""

    code: str
    severity: Severity
    template: str
    why: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding: its kind, the template's parameters and the fingerprints of the certificates concerned."""

    kind: Kind
    parameters: Mapping[str, str] = field(default_factory=dict)
    certificates: tuple[str, ...] = ()

    @property
    def code(self) -> str:
        """The stable code."""
        return self.kind.code

    @property
    def severity(self) -> Severity:
        """The kind's severity."""
        return self.kind.severity

    @property
    def message(self) -> str:
        """The sentence for people."""
        return self.kind.template.format_map(self.parameters)


KINDS: Final[dict[str, Kind]] = {}
"""Every kind by its code; the modules that declare kinds fill it."""


def kind(code: str, severity: Severity, template: str, why: str, remedy: str) -> Kind:
    """Put a kind on the list."""
    KINDS[code] = Kind(code, severity, template, why, remedy)
    return KINDS[code]
