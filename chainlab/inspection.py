"""What was read: every input by itself, so that one that cannot be read does not hide the others."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from chainlab.certificate import Certificate
from chainlab.errors import InputError, PasswordError
from chainlab.evidence import CertificateEvidence, Evidence, ReadOptions, read_inputs, with_key_logs
from chainlab.records import dataclass
from chainlab.server import StoreName


@dataclass(frozen=True, slots=True)
class Inspection:
    """Everything that was read, and the inputs that could not be."""

    inputs: tuple[str, ...]
    evidence: Evidence
    problems: tuple[InputError, ...]

    @property
    def sightings(self) -> dict[Certificate, list[CertificateEvidence]]:
        """Each certificate with every place where it was seen, in reading order."""
        found: dict[Certificate, list[CertificateEvidence]] = {}
        for item in self.evidence.certificates:
            found.setdefault(item.certificate, []).append(item)
        return found

    @property
    def exit_status(self) -> int:
        """0 if every input was read; 4 if all that failed is a password; else 3."""
        if not self.problems:
            return 0
        return 4 if all(isinstance(problem, PasswordError) for problem in self.problems) else 3


def inspect(inputs: Sequence[tuple[Path, StoreName | None]], reading: ReadOptions) -> Inspection:
    """Read every input, each with the store it stands for (``None``: as the input says)."""
    options = with_key_logs((path for path, _ in inputs), reading)
    evidence, problems = Evidence(), []
    for path, store in inputs:
        try:
            evidence += read_inputs([(path, store)], options)
        except InputError as error:
            problems.append(error)
    return Inspection(tuple(str(path) for path, _ in inputs), evidence, tuple(problems))
