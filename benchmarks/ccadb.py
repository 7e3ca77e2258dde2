"""The whole CA landscape: every certificate of the CCADB as one graph, and chains built in it.

    python -m benchmarks.ccadb ZIP

The floor: load those certificates and read their names, keys and key identifiers with ``cryptography``.
"""

from __future__ import annotations

import contextlib
import statistics
import sys
import tempfile
import time
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

from cryptography import x509

from benchmarks.measuring import run
from benchmarks.scenes import AT, ROOT, mozilla_roots, pem
from chainlab.certificate import Certificate, Name
from chainlab.decoding import decode_certificate
from chainlab.graph import CertGraph
from chainlab.server import LM_CA, LM_ROOT, Server, StoreEntry
from chainlab.windows.engine import predict_chain

FACTOR = 1.5
EVERY = 50
"""One of so many certificates has its chain built."""


def floor(encodings: list[bytes]) -> None:
    """Names, keys, identifiers."""
    for der in encodings:
        try:
            certificate = x509.load_der_x509_certificate(der)
        except ValueError:  # what cryptography refuses, chainlab decodes with asn1crypto
            continue
        certificate.subject.rfc4514_string()
        certificate.issuer.rfc4514_string()
        with contextlib.suppress(ValueError):
            certificate.public_key()
        for kind in (x509.SubjectKeyIdentifier, x509.AuthorityKeyIdentifier):
            with contextlib.suppress(ValueError, x509.ExtensionNotFound):
                certificate.extensions.get_extension_for_class(kind)


def graph_of(encodings: list[bytes]) -> CertGraph:
    """Decoded and indexed."""
    names: dict[bytes, Name] = {}
    return CertGraph(decode_certificate(der, names) for der in encodings)


def cpu(work: Callable[[], object]) -> float:
    """Seconds of processor time."""
    start = time.process_time()
    work()
    return time.process_time() - start


def building(graph: CertGraph, roots: list[Certificate], folder: Path) -> str:
    """Chains for a sample, as Windows with all of them in its stores, beside ``openssl verify``."""
    sample = [c for c in graph.certificates if c.valid_at(AT) and c.is_ca and not c.self_issued][::EVERY]
    trusted = {root.sha256 for root in roots}
    entries = [StoreEntry(c, LM_ROOT if c.sha256 in trusted else LM_CA) for c in graph.certificates]
    server = Server(tuple(entries), root_update=False)
    start = time.process_time()
    predictions = [predict_chain(server, graph, certificate, AT, usage="") for certificate in sample]
    ours = (time.process_time() - start) / len(sample)
    stopped = sum(prediction.budget_exceeded for prediction in predictions)
    folder.mkdir()
    (folder / "all.pem").write_bytes(pem(graph.certificates))
    (folder / "roots.pem").write_bytes(pem(roots))
    for position, certificate in enumerate(sample):
        (folder / f"{position}.pem").write_bytes(pem([certificate]))
    files = [str(folder / f"{position}.pem") for position in range(len(sample))]
    at = f"{AT.timestamp():.0f}"
    untrusted, anchors = str(folder / "all.pem"), str(folder / "roots.pem")
    ended = run(["openssl", "verify", "-attime", at, "-untrusted", untrusted, "-CAfile", anchors, *files], 300)
    theirs = f"{ended.seconds / len(sample) * 1000:.1f} ms (loading included)" if ended else "nothing after 300 s"
    return (
        f"Chains of {len(sample)} intermediates in it: {ours * 1000:.1f} ms each, every candidate chain found "
        f"and ranked ({max(len(p.candidates) for p in predictions)} at most; the search stopped early for {stopped}); "
        f"`openssl verify`, which follows one: {theirs}."
    )


def measure(archive: Path, folder: Path, runs: int) -> tuple[str, bool]:
    """Sentences and whether the target is met."""
    with zipfile.ZipFile(archive) as members:
        encodings = [members.read(name) for name in members.namelist()]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        rounds = [(cpu(lambda: floor(encodings)), cpu(lambda: graph_of(encodings))) for _ in range(min(runs, 5))]
    bare, ours = (statistics.median(times) for times in zip(*rounds, strict=True))
    met = ours <= FACTOR * bare
    loading = (
        f"{len(encodings):,} certificates decoded and indexed: {ours:.2f} s; `cryptography` alone, for names, keys and "
        f"key identifiers: {bare:.2f} s; {ours / bare:.2f} times; target {FACTOR:g}: {'met' if met else '**missed**'}."
    )
    roots = mozilla_roots(ROOT / "fixtures/lab.json")
    return f"{loading}\n\n{building(graph_of(encodings), roots, folder / 'ccadb')}", met


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name:
        text, met = measure(Path(sys.argv[1]), Path(name), 5)
    print(text)
    sys.exit(not met)


if __name__ == "__main__":
    main()
