"""The engine against a brute-force reading of the specification, on random small PKIs with random stores."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from hypothesis import given, settings
from hypothesis import strategies as st

from chainlab import oids
from chainlab.certificate import Certificate
from chainlab.server import StoreEntry
from chainlab.windows.engine import Certainty, ChainPrediction
from chainlab.windows.selection import Policy
from tests.pki import NOW, Pki, at
from tests.windows.machine import STORES, Machine

PKI = Pki("brute force")
CAS = ("A", "B", "C", "D")
BIRTHDAYS = (at("2010-01-01"), at("2015-06-04"), at("2021-01-20"))
KINDS = ("good", "expired", "code-signing", "no-ca", "critical")


@cache
def ca(subject: str, issuer: str, born: datetime, kind: str) -> Certificate:
    """A CA certificate with one defect, or none."""
    fields: dict[str, object] = {"not_before": born}
    if kind == "expired":
        fields["not_after"] = at("2024-01-01")
    elif kind == "code-signing":
        fields["purposes"] = ("1.3.6.1.5.5.7.3.3",)
    elif kind == "no-ca":
        fields |= {"ca": False, "key_usage": False}
    elif kind == "critical":
        fields["critical_unknown"] = True
    return PKI.ca(subject, issuer, **fields)


@cache
def leaf(issuer: str) -> Certificate:
    return PKI.leaf(issuer)


@dataclass(frozen=True)
class Placed:
    """A certificate in a store, perhaps with all its purposes disabled there."""

    certificate: Certificate
    store: str
    disabled: bool = False


certificates = st.builds(
    ca, st.sampled_from(CAS), st.sampled_from(CAS), st.sampled_from(BIRTHDAYS),
    st.sampled_from(KINDS[:1] * 4 + KINDS),
)  # fmt: skip
placements = st.builds(
    Placed, certificates, st.sampled_from(["Root", "Root", "CA", "CA", "SystemCA", "My", "UserCA", "Disallowed"]),
    st.sampled_from([False] * 7 + [True]),
)  # fmt: skip
dates = st.sampled_from(BIRTHDAYS)
forks = st.builds(
    lambda own, cross, upper, further: [
        Placed(ca("A", "A", own, "good"), "Root"),
        Placed(ca("A", "B", cross, "good"), "CA"),
        Placed(ca("B", "B", upper, "good"), "Root"),
        Placed(ca("B", "C", further, "good"), "SystemCA"),
        Placed(ca("C", "C", upper, "good"), "Root"),
    ],
    dates, dates, dates, dates,
)  # fmt: skip
"""Two to three trusted ways up from the leaf's issuer: where the tie rules matter."""

scattered = st.tuples(st.sampled_from(CAS).map(leaf), st.lists(placements, min_size=1, max_size=9))
forked = st.tuples(st.just(leaf("A")), st.builds(list.__add__, forks, st.lists(placements, max_size=4)))
worlds = st.one_of(scattered, forked)


def machine(own: Certificate, placed: Sequence[Placed]) -> Machine:
    made = Machine(own)
    for item in placed:
        fields = {"purposes": frozenset[str]()} if item.disabled else {}
        made.with_properties(item.certificate, item.store, **fields)
    return made


# --- the reference: every simple path, judged and sorted by the specification's keys ------------------------------
def signed_by(child: Certificate, issuer: Certificate) -> bool:
    assert child.der is not None
    assert issuer.der is not None
    try:
        below, above = x509.load_der_x509_certificate(child.der), x509.load_der_x509_certificate(issuer.der)
        below.verify_directly_issued_by(above)
    except (InvalidSignature, ValueError):
        return False
    return True


def simple_paths(
    path: tuple[Certificate, ...], pool: list[Certificate]
) -> Iterator[tuple[tuple[Certificate, ...], str]]:
    top = path[-1]
    if signed_by(top, top):
        yield path, "complete"
        return
    above = [c for c in pool if signed_by(top, c)]
    fresh = [c for c in above if c.entity not in {below.entity for below in path}]
    if not fresh:
        yield path, "cyclic" if above else "partial"
    for issuer in fresh:
        yield from simple_paths((*path, issuer), pool)


@dataclass(frozen=True)
class Judged:
    path: tuple[Certificate, ...]
    quality: tuple[bool, ...]

    @property
    def served(self) -> tuple[Certificate, ...]:
        return self.path[:-1] if len(self.path) > 1 and signed_by(self.path[-1], self.path[-1]) else self.path


def judge(path: tuple[Certificate, ...], end: str, placed: Sequence[Placed]) -> Judged:
    in_root = {item.certificate for item in placed if item.store == "Root"}
    disallowed = {item.certificate for item in placed if item.store == "Disallowed"}
    disabled = {
        item.certificate for item in placed
        if item.disabled and item.store not in ("Disallowed", "UserCA") and effective(item, placed)
    }  # fmt: skip
    complete = end == "complete"
    issuers = path[1:]
    return Judged(path, (
        complete,
        complete and path[-1] in in_root and path[-1] not in disallowed,
        not disallowed & set(path),
        all(c.not_before <= NOW <= c.not_after for c in path),
        all(c.purposes is None or oids.SERVER_AUTH in c.purposes for c in path) and not disabled & set(path),
        all(c.is_ca for c in issuers) and end != "cyclic",
        not any(c.extensions.critical - KNOWN for c in path),
    ))  # fmt: skip


KNOWN = {oids.BASIC_CONSTRAINTS, oids.KEY_USAGE, oids.EXTENDED_KEY_USAGE}


def effective(item: Placed, placed: Sequence[Placed]) -> bool:
    """A later copy in the same store replaces an earlier one."""
    same = [other for other in placed if (other.certificate, other.store) == (item.certificate, item.store)]
    return same[-1] is item or same[-1].disabled


def best(paths: list[Judged], policy: Policy) -> Judged:
    top = max(judged.quality for judged in paths)
    rivals = [judged for judged in paths if judged.quality == top]
    if policy is Policy.KB:
        shortest = min(len(judged.path) for judged in rivals)
        rivals = [judged for judged in rivals if len(judged.path) == shortest]
    depth = 1
    while len(rivals) > 1:
        branches = {judged.path[depth] for judged in rivals}
        if len(branches) > 1:
            winners = [best_below([j for j in rivals if j.path[depth] == branch], policy) for branch in branches]
            return max(winners, key=lambda j: (j.path[depth].not_before, -len(j.path), j.path[depth].not_after,
                                               j.path[depth].sha256))  # fmt: skip
        depth += 1
    return rivals[0]


def best_below(rivals: list[Judged], policy: Policy) -> Judged:
    return best(rivals, policy)


def reference(own: Certificate, placed: Sequence[Placed]) -> dict[Policy, Judged]:
    pool = list(dict.fromkeys(i.certificate for i in placed if i.store not in ("UserCA", "Disallowed")))
    paths = [judge(path, end, placed) for path, end in simple_paths((own,), pool)]
    return {policy: best(paths, policy) for policy in Policy}


@settings(max_examples=400)
@given(worlds)
def test_the_winner_is_that_of_brute_force_under_both_policies(world: tuple[Certificate, list[Placed]]) -> None:
    own, placed = world
    prediction = machine(own, placed).predict()
    expected = reference(own, placed)
    for policy in Policy:
        assert prediction.choices[policy].winner.certificates == expected[policy].path


@settings(max_examples=100)
@given(worlds)
def test_what_brute_force_would_serve_is_always_among_the_possibilities(
    world: tuple[Certificate, list[Placed]],
) -> None:
    own, placed = world
    prediction = machine(own, placed).predict()
    possible = {possibility.served for possibility in prediction.possibilities}
    assert {judged.served for judged in reference(own, placed).values()} <= possible
    assert (len(possible) == 1) == (prediction.certainty is Certainty.FIRM)


def firm_answer(prediction: ChainPrediction) -> tuple[Certificate, ...] | None:
    return prediction.chosen.served if prediction.certainty is Certainty.FIRM else None


@settings(max_examples=100)
@given(worlds, st.randoms(use_true_random=False))
def test_the_order_of_entries_never_changes_the_answer(world: tuple[Certificate, list[Placed]], random) -> None:
    own, placed = world
    unique = list({(item.certificate, item.store): item for item in placed}.values())
    shuffled = random.sample(unique, len(unique))
    first, second = machine(own, unique).predict(), machine(own, shuffled).predict()
    assert {p.served for p in first.possibilities} == {p.served for p in second.possibilities}
    assert first.chosen.certificates == second.chosen.certificates


@settings(max_examples=100)
@given(worlds)
def test_copies_in_another_physical_store_never_change_a_firm_answer(world: tuple[Certificate, list[Placed]]) -> None:
    own, placed = world
    copies = {"CA": "EnterpriseCA", "Root": "PolicyRoot"}
    twice = machine(own, placed)
    for entry in tuple(twice.server.entries):
        physical = copies.get(entry.store.logical)
        if physical is not None and entry.store.location == "LocalMachine":
            copy = StoreEntry(entry.certificate, STORES[physical], entry.properties)
            twice.server = twice.server.with_entry(copy)
    once = firm_answer(machine(own, placed).predict())
    assert once is None or firm_answer(twice.predict()) == once


@settings(max_examples=100)
@given(worlds, st.sampled_from(["Root", "CA", "SystemCA", "Disallowed"]))
def test_an_unrelated_certificate_never_changes_a_firm_answer(
    world: tuple[Certificate, list[Placed]], store: str
) -> None:
    own, placed = world
    unrelated = [PKI.ca("Y", "Z"), PKI.ca("Z")]
    more = machine(own, [*placed, *(Placed(certificate, store) for certificate in unrelated)])
    once = firm_answer(machine(own, placed).predict())
    assert once is None or firm_answer(more.predict()) == once
