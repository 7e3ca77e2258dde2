"""The certificate graph: who certified whom.

A node is an entity (subject name and public key), an edge is a certificate from its issuer's entity to its subject's
entity, keyed by its SHA-256 fingerprint. Cross-signs are parallel ways up, self-signed certificates are loops, an
issuer that nobody holds stays as a dangling node. Key identifiers are hints, never identity. The model is that of
zmap/zcrypto's ``verifier/graph.go``: "a node in the graph is a SubjectAndKey".

Look-ups use plain dictionaries; ``to_networkx`` gives the ``networkx.MultiDiGraph`` for drawing and graph algorithms
(its import alone takes longer than a whole diagnosis, hence only on request).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import TYPE_CHECKING, Final

from chainlab.answers import Answers
from chainlab.certificate import Certificate, Name
from chainlab.signatures import Signature, check_signature, cost_of

if TYPE_CHECKING:
    import networkx as nx

MAX_ISSUERS: Final = 128
"""Possible issuers of one certificate that are followed: first whose key signed it, the last to expire."""

MAX_LOOKED_AT: Final = 12_000
"""Possible issuers, where a certificate has more than that, which are looked at in one graph to find the right ones."""

MAX_CHECKS: Final = 5_000
"""Signature checks of one graph that are in vain, each weighed by its key (``cost_of``)."""

GOOD: Final = 3
"""By how much less a good signature counts, of which no certificate has many: it is free with an ordinary key."""

MAX_UNCHECKED: Final = 8
"""Issuers of one certificate that are taken for possible although no check was left for them."""

MAX_COMPARISONS: Final = 1_000_000
"""Comparisons of names with name constraints of one graph, each weighed by its kind (Go and webpki: 250,000 a path)."""

Entity = tuple[str, str]
"""Subject name (``Name.key``) and SHA-256 of the SubjectPublicKeyInfo; an empty hash marks an unknown key."""


class CertGraph:
    """An immutable set of certificates with the look-ups that path builders need.

    ``known_by`` maps fingerprints to the sources that hold the certificate (``pfx``, ``LocalMachine/Root``,
    ``catalog`` …). The order of the input never matters: every answer is sorted by fingerprint.
    """

    def __init__(
        self, certificates: Iterable[Certificate], known_by: Mapping[str, Iterable[str]] | None = None
    ) -> None:
        unique: dict[str, Certificate] = {}
        for certificate in certificates:
            held = unique.get(certificate.sha256)
            if held is None or (certificate.encoded and not held.encoded):
                unique[certificate.sha256] = certificate
        self.certificates: tuple[Certificate, ...] = tuple(unique[key] for key in sorted(unique))
        self.known_by = {key: tuple(dict.fromkeys(sources)) for key, sources in (known_by or {}).items()}
        self._by_hash = unique
        self._by_subject: dict[str, list[Certificate]] = defaultdict(list)
        self._by_ski: dict[bytes, list[Certificate]] = defaultdict(list)
        self._by_issuer_serial: dict[tuple[str, int], list[Certificate]] = defaultdict(list)
        self._encoded_key: dict[str, Certificate] = {}
        for certificate in self.certificates:
            self._index(certificate)
        self._signatures: dict[tuple[str, str], Signature] = {}
        self._issuers: dict[str, tuple[Certificate, ...]] = {}
        self._possible: dict[str, tuple[Certificate, ...]] = {}
        self._possible_above: dict[object, tuple[Certificate, ...]] = {}
        self._of_one_key: dict[int, bool] = {}
        self._to_look_at = MAX_LOOKED_AT
        self._checks = MAX_CHECKS
        self._comparisons = MAX_COMPARISONS
        self._curtailed = False
        self.answers = Answers()
        """What was worked out about its certificates and does not change: every client asks again."""

    @property
    def curtailed(self) -> bool:
        """Whether a cap left out issuers, signatures or names so far: answers rest on less than there is."""
        return self._curtailed

    def of(self, certificates: Iterable[Certificate]) -> CertGraph:
        """A graph of these certificates that knows which signatures hold here, and spends what is left of the caps."""
        graph = CertGraph(certificates, self.known_by)
        graph._signatures = self._signatures
        graph._checks, graph._comparisons = self._checks, self._comparisons
        return graph

    def may_compare(self, count: int) -> bool:
        """Take so many comparisons of names; ``False`` once they are used up."""
        if count > self._comparisons:
            self._curtailed = True
            return False
        self._comparisons -= count
        return True

    def _index(self, certificate: Certificate) -> None:
        self._by_subject[certificate.subject.key].append(certificate)
        self._by_issuer_serial[certificate.issuer.key, certificate.serial].append(certificate)
        if certificate.ski is not None:
            self._by_ski[certificate.ski].append(certificate)
        if certificate.encoded:
            self._encoded_key.setdefault(certificate.spki_sha256, certificate)

    def __contains__(self, certificate: Certificate) -> bool:
        return certificate.sha256 in self._by_hash

    def __len__(self) -> int:
        return len(self.certificates)

    def get(self, sha256: str) -> Certificate | None:
        """The certificate with this fingerprint, if the graph holds it."""
        return self._by_hash.get(sha256)

    def by_subject(self, name: Name) -> list[Certificate]:
        """Certificates whose subject could be this name (see ``Name.key``)."""
        return self._by_subject.get(name.key, [])

    def by_ski(self, key_id: bytes) -> list[Certificate]:
        """Certificates with this subject key identifier."""
        return self._by_ski.get(key_id, [])

    def by_issuer_serial(self, issuer: Name, serial: int) -> list[Certificate]:
        """Certificates with this issuer and serial number."""
        return self._by_issuer_serial.get((issuer.key, serial), [])

    def possible_issuers(self, child: Certificate) -> tuple[Certificate, ...]:
        """Every certificate that any verifier could take for the issuer: by name, key identifier or issuer+serial.

        Sorted by fingerprint. Signatures are looked at only where there are more than ``MAX_ISSUERS``.
        """
        known = self._possible.get(child.sha256)
        if known is None:
            aki = child.aki
            named = aki.issuer.key if aki.issuer is not None else None
            alike = child.issuer.key, aki.key_id, aki.serial, named
            known = self._possible_above.get(alike)
            if known is None:
                found = self._found(child)
                few = len(found) <= MAX_ISSUERS
                likeliest = found if few else self._likeliest(child, found)
                known = tuple(sorted(likeliest, key=lambda certificate: certificate.sha256))
                if few:  # nothing but the look-ups decided: the same for every child alike
                    self._possible_above[alike] = known
            self._possible[child.sha256] = known
        return known

    def _found(self, child: Certificate) -> list[Certificate]:
        """Every possible issuer once, as far as may be looked at."""
        found: dict[str, Certificate] = {}
        cap = max(MAX_ISSUERS, self._to_look_at)
        for certificate in chain.from_iterable(self._sources(child)):
            if len(found) == cap and certificate.sha256 not in found:
                self._curtailed = True
                break
            found[certificate.sha256] = certificate
        return list(found.values())

    def _likeliest(self, child: Certificate, found: list[Certificate]) -> list[Certificate]:
        """``MAX_ISSUERS`` of them: nothing is lost where no more than these signed the child, and some did."""
        self._to_look_at -= len(found)
        self._checks += len(found)
        signed = [certificate for certificate in found if self.signature(child, certificate).holds]
        signed.sort(key=lambda certificate: (certificate.not_after, certificate.sha256), reverse=True)
        if not 0 < len(signed) <= MAX_ISSUERS:
            self._curtailed = True
        among = {certificate.sha256 for certificate in signed}
        return [*signed, *(certificate for certificate in found if certificate.sha256 not in among)][:MAX_ISSUERS]

    def _sources(self, child: Certificate) -> Iterator[list[Certificate]]:
        """Where issuers come from: by issuer and serial number, by key identifier, by name."""
        aki = child.aki
        if aki.issuer is not None and aki.serial is not None:
            yield self.by_issuer_serial(aki.issuer, aki.serial)
        if aki.key_id is not None:
            yield self.by_ski(aki.key_id)
        yield self.by_subject(child.issuer)

    def signature(self, child: Certificate, issuer: Certificate) -> Signature:
        """Whether ``issuer``'s key signed ``child``; each (certificate, key) pair is checked at most once, up to a cap.

        Where an encoding is missing, published facts decide: for a catalogued ``child`` the issuer's name and the key
        identifiers, for an ``issuer`` of which no encoding with this key is held the key identifiers alone.
        """
        key = self._encoded_key.get(issuer.spki_sha256)
        if child.der is None or key is None:
            return self._as_published(child, issuer)
        pair = (child.sha256, issuer.spki_sha256)
        known = self._signatures.get(pair)
        if known is None:
            known = self._signatures[pair] = self._check(child, key)
        return known

    def _check(self, child: Certificate, key: Certificate) -> Signature:
        cost = cost_of(key.key)
        self._checks -= cost
        if self._checks < 0:
            self._curtailed = True
            return Signature.UNCHECKED
        signature = check_signature(child, key)
        if signature is Signature.VALID:
            self._checks += min(cost, GOOD)
        return signature

    def _as_published(self, child: Certificate, issuer: Certificate) -> Signature:
        same_key = child.aki.key_id in (None, issuer.ski) or issuer.ski is None
        named = child.der is not None or child.issuer.key == issuer.subject.key
        return Signature.CATALOGUED if named and same_key else Signature.INVALID

    def issuers(self, child: Certificate) -> tuple[Certificate, ...]:
        """Certificates whose name or key identifier fits and whose key holds for the signature on ``child``."""
        known = self._issuers.get(child.sha256)
        if known is None:
            possible = self.possible_issuers(child)
            signature = self.signature(child, possible[0]) if self._share_a_key(possible) and child.encoded else None
            if signature in (None, Signature.UNCHECKED):
                known = tuple(self._holding(child, possible))
            else:
                known = possible if signature.holds else ()
            self._issuers[child.sha256] = known
        return known

    def _share_a_key(self, certificates: tuple[Certificate, ...]) -> bool:
        """Whether these possible issuers are several of one key whose encoding is held: one check serves all."""
        known = self._of_one_key.get(id(certificates))
        if known is None:
            keys = {certificate.spki_sha256 for certificate in certificates}
            known = self._of_one_key[id(certificates)] = len(keys) == 1 and keys <= self._encoded_key.keys()
        return known

    def _holding(self, child: Certificate, possible: Iterable[Certificate]) -> Iterator[Certificate]:
        unchecked, by_key = 0, dict[str, Signature]()
        for issuer in possible:
            signature = by_key.get(issuer.spki_sha256) or self.signature(child, issuer)
            if child.der is not None and issuer.spki_sha256 in self._encoded_key:
                by_key[issuer.spki_sha256] = signature
            unchecked += signature is Signature.UNCHECKED
            if unchecked > MAX_UNCHECKED:
                break
            if signature.holds:
                yield issuer

    def stands_for(self, renewed: Certificate, original: Certificate) -> None:
        """Take over for a certificate that differs in its dates only what is known of who issued the other."""
        self._issuers[renewed.sha256] = self.issuers(original)
        possible = self._possible[renewed.sha256] = self.possible_issuers(original)
        for issuer in possible:
            known = self._signatures.get((original.sha256, issuer.spki_sha256))
            if known is not None:
                self._signatures[renewed.sha256, issuer.spki_sha256] = known

    def is_self_signed(self, certificate: Certificate) -> bool:
        """Self-issued and signed with its own key (RFC 5280, 3.2)."""
        return certificate.self_issued and self.signature(certificate, certificate).holds

    def issuing_entity(self, certificate: Certificate) -> Entity:
        """The entity that signed it; its key hash is empty where no held certificate tells the key (dangling)."""
        if self.is_self_signed(certificate):
            return certificate.entity
        named = None
        for issuer in self.issuers(certificate):
            if issuer.subject.key == certificate.issuer.key:
                if self.signature(certificate, issuer) is Signature.VALID:
                    return issuer.entity
                named = named or issuer
        return named.entity if named is not None else (certificate.issuer.key, "")

    def to_networkx(self) -> nx.MultiDiGraph[Entity]:
        """The graph as a ``networkx.MultiDiGraph``: nodes are entities, edges run from issuer to subject.

        Edge keys are fingerprints; edge attribute ``certificate`` is the ``Certificate``, ``known_by`` its sources.
        Node attribute ``name`` is a subject ``Name``, ``dangling`` tells entities of which no certificate is held.
        """
        import networkx as nx

        graph: nx.MultiDiGraph[Entity] = nx.MultiDiGraph()
        for certificate in self.certificates:
            graph.add_node(certificate.entity, name=certificate.subject, dangling=False)
        for certificate in self.certificates:
            issuer = self.issuing_entity(certificate)
            if issuer not in graph:
                graph.add_node(issuer, name=certificate.issuer, dangling=True)
            graph.add_edge(
                issuer,
                certificate.entity,
                key=certificate.sha256,
                certificate=certificate,
                known_by=self.known_by.get(certificate.sha256, ()),
            )
        return graph
