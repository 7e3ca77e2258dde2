"""Evidence: what was seen, and where. Readers turn bytes into it; nothing else makes evidence."""

from chainlab.evidence.model import (
    BindingEvidence,
    CertificateEvidence,
    ChainEvidence,
    ContainerEvidence,
    DeletionEvidence,
    Evidence,
    HandshakeEvidence,
    Item,
    KeyPresence,
    ListEvidence,
    Place,
    SettingEvidence,
    StoreRecord,
)
from chainlab.evidence.reading import Limits, ReadOptions, read_bytes, read_inputs, with_key_logs
from chainlab.evidence.trust_anchors import trust_anchors

__all__ = [
    "BindingEvidence", "CertificateEvidence", "ChainEvidence", "ContainerEvidence", "DeletionEvidence", "Evidence",
    "HandshakeEvidence", "Item", "KeyPresence", "Limits", "ListEvidence", "Place", "ReadOptions", "SettingEvidence",
    "StoreRecord", "read_bytes", "read_inputs", "trust_anchors", "with_key_logs",
]  # fmt: skip
