"""Evidence: what was seen, and where. Readers turn bytes into it; nothing else makes evidence."""

from chainlab.evidence.model import (
    CertificateEvidence,
    ContainerEvidence,
    Evidence,
    Item,
    KeyPresence,
    Place,
    SettingEvidence,
)
from chainlab.evidence.reading import Limits, ReadOptions, read_bytes, read_inputs

__all__ = [
    "CertificateEvidence", "ContainerEvidence", "Evidence", "Item", "KeyPresence", "Limits", "Place", "ReadOptions",
    "SettingEvidence", "read_bytes", "read_inputs",
]  # fmt: skip
