"""Importing a PFX: which tool puts which of its certificates into which store.

A PFX's bags alone do not help: Windows searches stores, not the file [W]. No chain is stored with a binding either; a
rebind only makes a new credential (vendors' articles that say otherwise contradict each other [F]).
"""

from __future__ import annotations

from enum import Enum

from chainlab.certificate import Certificate
from chainlab.server import LM_CA, LM_MY, LM_ROOT, StoreName
from chainlab.windows.sources import Source, source


class ImportTool(Enum):
    """The tools, each with where leaf, intermediates and self-signed roots go, and the evidence for it."""

    IIS = ("iis", LM_MY, LM_CA, LM_ROOT, "IIS Manager", source("M?", "Server Certificates > Import"))
    MMC = ("mmc", LM_MY, LM_CA, LM_ROOT, "the MMC's wizard", source("M", "store selected automatically"))
    MMC_PERSONAL = ("mmc-personal", LM_MY, LM_MY, LM_MY, "the MMC's wizard, all placed in Personal", source("M"))
    POWERSHELL = ("powershell", LM_MY, LM_MY, LM_MY, "Import-PfxCertificate",
                  source("D?", "windows-powershell-docs, taken literally; practice may differ"))  # fmt: skip
    CERTUTIL = ("certutil", LM_MY, LM_CA, LM_ROOT, "certutil -importPFX",
                source("DI", "chain and root too, as NoChain and NoRoot show; where is inferred"))  # fmt: skip
    CERTUTIL_NOROOT = ("certutil-noroot", LM_MY, LM_CA, None, "certutil -importPFX … NoRoot", source("D", "certutil"))
    CERTUTIL_NOCHAIN = ("certutil-nochain", LM_MY, None, None, "certutil -importPFX … NoChain", source("D", "certutil"))

    @classmethod
    def named(cls, code: str) -> ImportTool:
        """The tool of this code; ``KeyError`` if there is none."""
        return {tool.code: tool for tool in cls}[code]

    @property
    def effect(self) -> str:
        """Where leaf, intermediates and self-signed certificates land, in words."""
        places = (("leaf", self.leaf), ("intermediates", self.intermediate), ("self-signed certificates", self.root))
        return ", ".join(f"{what} to {store.logical}" if store else f"{what} left out" for what, store in places)

    def __init__(
        self,
        code: str,
        leaf: StoreName,
        intermediate: StoreName | None,
        root: StoreName | None,
        title: str,
        evidence: Source,
    ) -> None:
        self.code = code
        self.leaf = leaf
        self.intermediate = intermediate
        self.root = root
        self.title = title
        self.evidence = evidence


def destination(certificate: Certificate, *, self_signed: bool, with_key: bool, tool: ImportTool) -> StoreName | None:
    """The store that a certificate of a PFX lands in, ``None`` if the tool leaves it out.

    A certificate with its private key goes to My whatever it is.
    """
    if with_key or not (certificate.is_ca or self_signed):
        return tool.leaf
    return tool.root if self_signed else tool.intermediate
