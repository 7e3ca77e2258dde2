"""Does a server serve what a plan promised? If not, which step has come undone: the one without which this is served.

What would be served without each step was simulated when the plan was made and stands in ``plan.json``; nothing but
that file and the chain on the wire is needed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Container, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from chainlab.certificate import Name
from chainlab.errors import InputError
from chainlab.observation import ObservedChain
from chainlab.records import dataclass

SCHEMA: Final = "chainlab.plan/1"
MAX_BYTES: Final = 64 * 1024 * 1024
"""Size of a plan file that is read."""

_SHA256: Final = re.compile(r"[0-9a-f]{64}")
Fingerprints = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PromisedStep:
    """A step of the plan as it stands in the file: title, how to carry it out again, what reverts it."""

    title: str
    commands: tuple[str, ...]
    reverted_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PromisedSite:
    """One server certificate: chains promised, and by undone steps (numbers from 1) the chains then served."""

    leaf: str
    names: tuple[str, ...]
    promised: tuple[Fingerprints, ...]
    relapses: tuple[tuple[tuple[int, ...], tuple[Fingerprints, ...]], ...]


@dataclass(frozen=True, slots=True)
class Promise:
    """What a plan file promises; ``labels`` name certificates by fingerprint, as far as the plan knows them."""

    file: str
    at: str
    steps: tuple[PromisedStep, ...]
    sites: tuple[PromisedSite, ...]
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Checked:
    """One chain that was seen, held against the promise.

    ``site`` is ``None`` where the plan knows no such certificate. ``renewed``: another server certificate than the
    plan's. ``undone``: the smallest sets of steps without which exactly this is served. ``why`` says the rest in words.
    """

    observed: ObservedChain
    site: PromisedSite | None
    kept: bool
    renewed: bool = False
    undone: tuple[tuple[int, ...], ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True)
class Verification:
    """The whole answer; ``unseen`` are sites of the plan whose chain was not among what was seen."""

    promise: Promise
    checked: tuple[Checked, ...]
    unseen: tuple[PromisedSite, ...]

    @property
    def holds(self) -> bool:
        """Whether every site of the plan was seen and all that was seen of them is as promised.

        A chain for names that the plan does not know is no part of the promise.
        """
        return bool(self.promise.sites) and not self.unseen and len(self.kept) == len(self.promise.sites)

    @property
    def kept(self) -> tuple[PromisedSite, ...]:
        """The sites that were seen and served what is promised, every time."""
        broken = {item.site.leaf for item in self.checked if item.site is not None and not item.kept}
        return tuple(site for site in self.promise.sites if site not in self.unseen and site.leaf not in broken)

    @property
    def incomplete(self) -> bool:
        """Whether nothing speaks against the promise, only that some sites were not seen."""
        return bool(self.kept) and bool(self.unseen) and len(self.kept) + len(self.unseen) == len(self.promise.sites)


def read_promise(file: Path) -> Promise:
    """The promise of a ``plan.json``, or of the package directory that holds one; ``InputError`` says what is wrong."""
    file = file / "plan.json" if file.is_dir() else file
    try:
        with file.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise InputError(str(file), f"cannot be read: {reason}") from None
    if len(data) > MAX_BYTES:
        raise InputError(str(file), f"larger than {MAX_BYTES} bytes", expected="a plan of 'chainlab plan'")
    try:
        return _promise(json.loads(data), str(file))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise InputError(
            str(file), f"not a plan: {_reason(error)}", expected=f"JSON of schema {SCHEMA}",
            hint="write one with 'chainlab plan INPUT -o DIR'",
        ) from None  # fmt: skip


def _reason(error: Exception) -> str:
    return f"no {error}" if isinstance(error, KeyError) else (str(error)[:200] or type(error).__name__)


def _promise(document: Mapping[str, Any], file: str) -> Promise:
    if document["schema"] != SCHEMA:
        raise ValueError(f"its schema is {document['schema']!r}")
    if document["chosen"] is None:
        raise ValueError("it proposes no change, so it promises nothing")
    labels = {
        str(sha256): f"{Name(str(row['subject'])).common} (signed by {Name(str(row['issuer'])).common})"
        for sha256, row in document["certificates"].items()
    }
    return Promise(
        file,
        str(document["at"]),
        tuple(_step(change) for change in document["chosen"]["changes"]),
        tuple(_site(site) for site in document["sites"]),
        labels,
    )


def _step(change: Mapping[str, Any]) -> PromisedStep:
    commands = change["commands"]["powershell"] or change["commands"]["console"]
    return PromisedStep(str(change["title"]), _texts(commands), _texts(change["reverted_by"]))


def _site(site: Mapping[str, Any]) -> PromisedSite:
    relapses = tuple(
        (tuple(int(number) for number in relapse["undone"]), _chains(relapse["served"])) for relapse in site["relapses"]
    )
    return PromisedSite(str(site["leaf"]), _texts(site["names"]), _chains(site["promised"]), relapses)


def _texts(values: Iterable[Any]) -> tuple[str, ...]:
    return tuple(str(value) for value in values)


def _chains(chains: Iterable[Sequence[Any]]) -> tuple[Fingerprints, ...]:
    found = tuple(_texts(chain) for chain in chains)
    if not all(_SHA256.fullmatch(sha256) for chain in found for sha256 in chain):
        raise ValueError("a chain holds something that is no SHA-256 fingerprint")
    return found


def verify(promise: Promise, observed: Sequence[ObservedChain]) -> Verification:
    """Hold every chain that was seen against the promise."""
    sites = _assigned(promise, observed)
    checked = tuple(_check(sites.get(chain.chain[0].sha256), chain) for chain in observed)
    seen = {item.site.leaf for item in checked if item.site is not None}
    return Verification(promise, checked, tuple(site for site in promise.sites if site.leaf not in seen))


def _assigned(promise: Promise, observed: Sequence[ObservedChain]) -> dict[str, PromisedSite]:
    """By server certificate the site that it is for: the one with this certificate, else whose it renews."""
    found = {site.leaf: site for site in promise.sites}
    taken = {chain.chain[0].sha256 for chain in observed} & set(found)
    for chain in observed:
        leaf = chain.chain[0]
        site = found.get(leaf.sha256) or _renewed(promise, chain, taken)
        if site is not None:
            found[leaf.sha256] = site
            taken.add(site.leaf)
    return found


def _renewed(promise: Promise, observed: ObservedChain, taken: Container[str]) -> PromisedSite | None:
    """Among the sites that share a name, one whose promise fits, then one whose issuer does, then the likest.

    A server with an RSA and an ECDSA certificate has two sites of the same names.
    """
    names = {name.lower() for name in observed.chain[0].dns_names}
    above = _above(certificate.sha256 for certificate in observed.chain)

    def likeness(site: PromisedSite) -> tuple[bool, bool, int, bool]:
        fits = above in [_above(chain) for chain in site.promised]
        known = [*site.promised, *(chain for _, chains in site.relapses for chain in chains)]
        issued = above[:1] in [chain[1:2] for chain in known]
        return not fits, not issued, len(names ^ {name.lower() for name in site.names}), site.leaf in taken

    sharing = [site for site in promise.sites if names & {name.lower() for name in site.names}]
    return min(sharing, key=likeness, default=None)


def _above(chain: Iterable[str]) -> Fingerprints:
    return tuple(chain)[1:]


def _check(site: PromisedSite | None, observed: ObservedChain) -> Checked:
    if site is None:
        return Checked(observed, None, False, why="the plan knows no certificate for any of its names")
    served = tuple(certificate.sha256 for certificate in observed.chain)
    renewed = served[0] != site.leaf
    above = served[1:]
    if above in [chain[1:] for chain in site.promised]:
        return Checked(observed, site, True, renewed)
    undone = _undone(site, above)
    return Checked(observed, site, False, renewed, undone, "" if undone else _otherwise(site, above, observed))


def _undone(site: PromisedSite, above: Fingerprints) -> tuple[tuple[int, ...], ...]:
    fitting = [undone for undone, chains in site.relapses if above in [chain[1:] for chain in chains]]
    smallest = min((len(undone) for undone in fitting), default=0)
    return tuple(undone for undone in fitting if len(undone) == smallest)


def _otherwise(site: PromisedSite, above: Fingerprints, observed: ObservedChain) -> str:
    """Why a chain is not the promised one where no undone step explains it."""
    for promised in (chain[1:] for chain in site.promised):
        if above[: len(promised)] == promised:
            more = ", ".join(c.label for c in observed.chain[1 + len(promised) :])
            return f"more is sent than promised: {more}"
        if promised[: len(above)] == above:
            return f"the chain breaks off: {len(promised) - len(above)} certificates are missing at its end"
        if sorted(above) == sorted(promised):
            return "the promised certificates are sent in another order: something else than Windows made this chain"
    if above and above[0] not in {chain[1] for chain in site.promised if len(chain) > 1}:
        return "the server certificate was issued by another CA than the plan is about: make a new plan"
    return "no combination of undone steps leads to this chain: make a new plan from what the server holds now"
