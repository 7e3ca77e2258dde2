"""Reading a whole store beside what ``cryptography`` itself needs for its certificates.

    python -m benchmarks.store_export [--runs 15] [SST]

Without a file the store is one of every root whose encoding ships.

The floor: load every certificate of the SST with ``cryptography``, hash it (SHA-1, SHA-256), render its names and
decode its extensions. Floor, the SST, and a registry export of the same entries are measured in turn in one process
(CPU time); printed are the medians and their ratios. Target: the SST in at most 3 times the floor; exit status 1 when
it is missed. The registry export is six times as large (UTF-16 text of hexadecimal digits) and has no target.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import statistics
import sys
import time
import warnings
from collections.abc import Callable
from importlib import resources
from pathlib import Path

from cryptography import x509

from chainlab.evidence import Evidence, Limits, Place, ReadOptions, read_bytes
from chainlab.lab.writers import reg, sst
from chainlab.server import LM_ROOT

FACTOR = 3.0


def floor(encodings: list[bytes]) -> None:
    """What nobody who reads certificates with ``cryptography`` can avoid."""
    for der in encodings:
        certificate = x509.load_der_x509_certificate(der)
        hashlib.sha1(der, usedforsecurity=False).hexdigest()
        hashlib.sha256(der).hexdigest()
        certificate.subject.rfc4514_string()
        certificate.issuer.rfc4514_string()
        with contextlib.suppress(ValueError):  # some real roots have extensions that cryptography refuses
            list(certificate.extensions)


def read(data: bytes) -> Evidence:
    """What chainlab makes of it."""
    return Evidence.of(read_bytes(data, Place("store"), ReadOptions()))


def shipped() -> bytes:
    """A store of every root that ships with its encoding."""
    pem = (resources.files("chainlab.catalog") / "data" / "roots.pem").read_bytes()
    found = Evidence.of(read_bytes(pem, Place("roots.pem"), ReadOptions(Limits(certificates=10_000))))
    return sst((item.certificate, {}) for item in found.certificates)


def cpu_time(work: Callable[[], object]) -> float:
    """Seconds of CPU time."""
    start = time.process_time()
    work()
    return time.process_time() - start


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sst", type=Path, nargs="?", help="default: the roots that ship")
    parser.add_argument("--runs", type=int, default=15)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    store = options.sst.read_bytes() if options.sst is not None else shipped()
    found = read(store).certificates
    encodings = [item.certificate.der for item in found if item.certificate.der is not None]
    export = reg((LM_ROOT, item.certificate, dict(item.properties.raw)) for item in found)
    works = (lambda: floor(encodings), lambda: read(store), lambda: read(export))
    rounds = [[cpu_time(work) for work in works] for _ in range(options.runs + 1)][1:]
    bare, serialized, registry = (statistics.median(times) for times in zip(*rounds, strict=True))
    print(f"{len(encodings)} certificates, medians of {options.runs} rounds")
    for label, seconds in (
        ("cryptography: load, hash, names, extensions", bare),
        (f"SST, {len(store) / 1e6:.1f} MB", serialized),
        (f".reg, {len(export) / 1e6:.1f} MB", registry),
    ):
        print(f"{label:<44}{seconds * 1000:7.1f} ms   {seconds / bare:4.1f} times")
    sys.exit(serialized > FACTOR * bare)


if __name__ == "__main__":
    main()
