"""sslyze's check of a certificate deployment, by its own five trust stores; runs in a Python that has sslyze.

Its verdict is that of the time of the run: it has no option for another.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

from benchmarks.peers.running import Files, run

_CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----")


def prepare(_roots: bytes, _at: datetime) -> Callable[[Files], str]:
    """Its trust stores as it ships them."""
    from cryptography.x509 import DNSName
    from sslyze.plugins.certificate_info._cert_chain_analyzer import CertificateDeploymentAnalyzer
    from sslyze.plugins.certificate_info.trust_stores.trust_store_repository import TrustStoresRepository

    stores = TrustStoresRepository.get_default().get_all_stores()

    def validate(files: Files) -> str:
        received = _CERTIFICATE.findall((files.leaf + files.chain).decode())
        analyzer = CertificateDeploymentAnalyzer(DNSName(files.host), received, None, stores)
        results = analyzer.perform().path_validation_results
        return f"{sum(result.was_validation_successful for result in results)} of {len(results)} stores accept"

    return validate


if __name__ == "__main__":
    run(prepare)
