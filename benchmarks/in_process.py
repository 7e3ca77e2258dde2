"""A whole diagnosis in a process that has everything loaded, beside the work that nobody can avoid.

The floor: parse each certificate of the input once, and verify each signature between them once, with
``cryptography``.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import replace

from cryptography import x509
from cryptography.exceptions import InvalidSignature

from benchmarks.scenes import AT, ROOT
from chainlab.catalog.twins import load_twins
from chainlab.clients import load_profiles, select
from chainlab.diagnosis import Diagnosis, Knowledge, case_of, diagnosis_of
from chainlab.evidence import ReadOptions, read_inputs
from chainlab.request import Request

PFX = ROOT / "fixtures/r46/leaf-and-issuer.pfx"
FACTOR, ALLOWANCE = 2.0, 0.010


def stores() -> int:
    """How many different trust stores the named clients have."""
    return len({profile.store for profile in select(load_profiles(), "")})


def floor(encodings: list[bytes]) -> None:
    """Parse each once, verify each signature once."""
    parsed = [x509.load_der_x509_certificate(der) for der in encodings]
    for child in parsed:
        for issuer in parsed:
            if child.issuer == issuer.subject:
                try:
                    child.verify_directly_issued_by(issuer)
                except (InvalidSignature, ValueError):
                    continue


def median(runs: int, work: Callable[[], object]) -> float:
    """Seconds, after one unmeasured run."""
    work()
    times = []
    for _ in range(runs):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return statistics.median(times)


def measure(runs: int) -> tuple[str, bool]:
    """A sentence and whether the target is met."""
    request = Request(((PFX, None),), AT, twins=load_twins(ROOT / "fixtures/lab.json"))
    knowledge = Knowledge.of(request)

    def diagnose(asked: Request) -> Diagnosis:
        return diagnosis_of(case_of(asked, read_inputs(asked.inputs, asked.reading), knowledge))

    scene = diagnose(replace(request, with_plan=False)).scene
    encodings = [c.der for c in scene.graph.certificates if c.der is not None]
    opened = median(runs, lambda: read_inputs([(PFX, None)], ReadOptions()))
    bare = median(runs, lambda: floor(encodings))
    judged = median(runs, lambda: diagnose(replace(request, with_plan=False)))
    planned = median(runs, lambda: diagnose(request))
    target = FACTOR * bare + ALLOWANCE
    met = judged <= target
    return (
        f"Diagnosis of a PFX for every named client: {judged * 1000:.1f} ms ({opened * 1000:.1f} ms of it to decrypt "
        f"and read the PFX), with the plan {planned * 1000:.1f} ms. Floor (parse {len(encodings)} certificates once, "
        f"verify each signature between them once): {bare * 1000:.1f} ms; target without the plan: {FACTOR:g} times "
        f"+ {ALLOWANCE * 1000:.0f} ms = {target * 1000:.1f} ms: {'met' if met else '**missed**'}."
    ), met
