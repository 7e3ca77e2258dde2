"""What a trust store says of a certificate. Trust is not a boolean.

"Not there", "there but for other purposes", and "distrusted by name" are three different answers; BoringSSL's
``CertificateTrust`` and Windows' Root / absent / Disallowed make the same distinction.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import Enum
from typing import Final, Protocol

from chainlab.certificate import Certificate, Name
from chainlab.records import dataclass


class TrustLevel(Enum):
    """Distrusted by name, not mentioned, or a trust anchor."""

    DISTRUSTED = "distrusted"
    UNSPECIFIED = "unspecified"
    ANCHOR = "anchor"


@dataclass(frozen=True, slots=True)
class TrustSetting:
    """Level, the purposes an anchor is good for (``None`` all), and the latest issuance time it vouches for."""

    level: TrustLevel
    purposes: frozenset[str] | None = None
    issued_before: datetime | None = None


ANCHOR: Final = TrustSetting(TrustLevel.ANCHOR)
UNSPECIFIED: Final = TrustSetting(TrustLevel.UNSPECIFIED)
DISTRUSTED: Final = TrustSetting(TrustLevel.DISTRUSTED)


class TrustStore(Protocol):
    """A set of trust settings with the look-up path builders need."""

    def setting(self, certificate: Certificate) -> TrustSetting:
        """What this store says of the certificate."""
        ...

    def anchors_named(self, name: Name) -> Sequence[Certificate]:
        """Anchors whose subject could be this name (``Name.key``), in the store's order."""
        ...


class RootSet:
    """A trust store that is just a list of root certificates, all of them anchors for every purpose."""

    def __init__(self, roots: Sequence[Certificate]) -> None:
        self._named: dict[str, list[Certificate]] = {}
        for root in roots:
            self._named.setdefault(root.subject.key, []).append(root)
        self._known = frozenset(root.sha256 for root in roots)

    def setting(self, certificate: Certificate) -> TrustSetting:
        """Anchor if the very certificate is in the list."""
        return ANCHOR if certificate.sha256 in self._known else UNSPECIFIED

    def anchors_named(self, name: Name) -> Sequence[Certificate]:
        """The list's certificates with this subject, in list order."""
        return self._named.get(name.key, [])
