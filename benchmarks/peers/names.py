"""``cryptography`` alone: every certificate of a PEM file loaded, its names and key read."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

from cryptography import x509

if __name__ == "__main__":
    warnings.simplefilter("ignore")
    for certificate in x509.load_pem_x509_certificates(Path(sys.argv[1]).read_bytes()):
        certificate.subject.rfc4514_string()
        certificate.issuer.rfc4514_string()
        certificate.public_key()
