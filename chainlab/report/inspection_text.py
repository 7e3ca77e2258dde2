"""What was read, for people: certificates with their sightings first, then everything else, then what failed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from chainlab.catalog import ProgramEntry
from chainlab.certificate import Certificate
from chainlab.errors import InputError
from chainlab.evidence import (
    BindingEvidence,
    CertificateEvidence,
    ChainEvidence,
    DeletionEvidence,
    HandshakeEvidence,
    KeyPresence,
    ListEvidence,
    StoreRecord,
)
from chainlab.inspection import Inspection
from chainlab.properties import StoreProperties, property_name
from chainlab.records import dataclass
from chainlab.report.page import Page, describe
from chainlab.report.parts import STYLES
from chainlab.report.property_text import is_identifier, property_text
from chainlab.windows.status import TrustError, names
from chainlab.wording import number_of

_KEYS: Final = {KeyPresence.PRESENT: "with private key", KeyPresence.ABSENT: "without private key"}
_KINDS: Final = {"ip": "IP:port", "sni": "SNI", "ccs": "Central Certificate Store", "site": "site"}


def render(inspection: Inspection, page: Page, *, verbose: bool = False) -> None:
    """Write the report; ``verbose`` adds the properties that only repeat hashes, and the roots of lists."""
    writer = _Writer(page, inspection, verbose)
    writer.problems(inspection.problems)
    writer.containers()
    writer.certificates()
    evidence = inspection.evidence
    writer.section("Store entries known by thumbprint only", evidence.records, writer.record)
    writer.section("Bindings", evidence.bindings, writer.binding)
    writer.section("Handshakes", evidence.handshakes, writer.handshake)
    writer.section("Chains that Windows built", evidence.chains, writer.chain)
    writer.section("Certificate trust lists", evidence.lists, writer.list)
    writer.settings()
    writer.section("Deletions, not applied", evidence.deletions, writer.deletion)
    writer.findings()


@dataclass(frozen=True, slots=True)
class _Writer:
    page: Page
    inspection: Inspection
    verbose: bool

    def section(self, title: str, items: tuple[object, ...], write: object) -> None:
        """A heading with the count, then each item; nothing for none."""
        if not items:
            return
        self.page.heading(f"{title} ({len(items)})")
        for item in items:
            write(item)  # type: ignore[operator]

    def problems(self, problems: Iterable[InputError]) -> None:
        """Inputs that could not be read: first, because everything below lacks them."""
        for problem in problems:
            self.page.line(f"{self.page.glyphs.bad} {problem}", "bold red", hang=2)
            if problem.hint:
                self.page.line(problem.hint, indent=2)

    def containers(self) -> None:
        """Every container with its facts."""
        containers = self.inspection.evidence.containers
        if containers:
            self.page.heading(f"What was read ({len(containers)})")
        for item in containers:
            self.page.line(f"{item.place}: {item.format}", indent=2, hang=2)
            for label, value in item.facts:
                self.page.line(f"{label}: {value}", "dim", indent=4, hang=2)

    def certificates(self) -> None:
        """Every certificate once, with all places where it was seen."""
        sightings = self.inspection.sightings
        if sightings:
            self.page.heading(f"Certificates ({len(sightings)})")
        for position, (certificate, items) in enumerate(sightings.items(), start=1):
            self.certificate(position, certificate)
            for item in items:
                self.sighting(item)

    def certificate(self, position: int, certificate: Certificate) -> None:
        """Its facts."""
        self.page.line(f"{position}  {describe(certificate)}", "bold", indent=2, hang=3)
        self.page.line(f"SHA-256 {certificate.sha256}", indent=5)
        self.page.line(f"SHA-1 {certificate.sha1}, serial {certificate.serial:x}", indent=5, hang=2)
        self.page.line(f"valid from {certificate.not_before:%Y-%m-%d}, signed with {certificate.signature}", indent=5)
        if certificate.dns_names:
            self.page.line(f"names: {', '.join(certificate.dns_names)}", indent=5, hang=2)

    def sighting(self, item: CertificateEvidence) -> None:
        """Where it was seen, and what the store says of it."""
        where = "sent in a handshake" if item.on_wire else "in no named store"
        if item.store is not None:
            where = f"in {item.store}, physical store {item.store.physical}"
        key = _KEYS.get(item.key, "")
        trusted = {True: "marked as trusted", False: "marked as not trusted"}.get(bool(item.trusted), "")
        said = (where, key if not item.on_wire else "", trusted if item.trusted is not None else "")
        self.page.line(f"{self.page.glyphs.bullet} {', '.join(filter(None, said))}", indent=5, hang=2)
        self.page.line(f"{item.place} ({item.format})", "dim", indent=7, hang=2)
        self.properties(item.properties, 7)

    def properties(self, properties: StoreProperties, indent: int) -> None:
        """Each property with its meaning; those that repeat hashes only with ``--verbose``."""
        hidden = 0
        for identity, data in properties.raw:
            if is_identifier(identity) and not self.verbose:
                hidden += 1
                continue
            self.page.line(f"{property_name(identity)}: {property_text(identity, data)}", indent=indent, hang=2)
        if hidden:
            count = number_of(hidden, "property that repeats a hash", "properties that repeat hashes")
            self.page.line(f"and {count} (--verbose)", "dim", indent=indent)

    def record(self, item: StoreRecord) -> None:
        """An entry without encoding, and the certificate of another input that it is."""
        self.page.line(f"{item.sha1}{self.known(item.sha1)}", indent=2, hang=2)
        store = f"in {item.store}, physical store {item.store.physical}" if item.store else "in no named store"
        self.page.line(", ".join(filter(None, (store, _KEYS.get(item.key, "")))), indent=4, hang=2)
        self.page.line(str(item.place), "dim", indent=4, hang=2)
        for label, value in item.facts:
            self.page.line(f"{label}: {value}", indent=4, hang=2)
        self.properties(item.properties, 4)

    def known(self, sha1: str) -> str:
        """The certificate with this thumbprint, if an input has it."""
        found = (c for c in self.inspection.sightings if c.sha1 == sha1)
        return next((f": {certificate.label}" for certificate in found), "")

    def binding(self, item: BindingEvidence) -> None:
        """One endpoint."""
        host = f", {item.host}" if item.host and not item.endpoint.startswith(item.host) else ""
        owner = f", {item.owner}" if item.owner else ""
        self.page.line(f"{item.endpoint} ({_KINDS.get(item.kind, item.kind)}{host}){owner}", indent=2, hang=2)
        if item.sha1:
            self.page.line(f"certificate {item.sha1} in {item.store}{self.known(item.sha1)}", indent=4, hang=2)
        self.page.line(str(item.place), "dim", indent=4, hang=2)

    def handshake(self, item: HandshakeEvidence) -> None:
        """One certificate message, in wire order."""
        sni = {None: "SNI unknown", "": "without SNI"}.get(item.host, f"SNI {item.host}")
        said = (item.endpoint or "endpoint unknown", sni, item.protocol, item.cipher)
        sender = "" if item.sender == "server" else f" from the {item.sender}"
        self.page.line(f"{', '.join(filter(None, said))}{sender}", indent=2, hang=2)
        for position, certificate in enumerate(item.chain, start=1):
            self.page.line(f"{position}  {describe(certificate)}", indent=4, hang=3)
        counted = (f"{item.count} messages like this",) if item.count > 1 else ()
        broken = tuple(f"certificate {position + 1} could not be decoded" for position in item.broken)
        partly = () if item.complete else ("the source shows only a part of the message",)
        for note in (*partly, *broken, *counted, *item.notes):
            self.page.line(note, "dim", indent=4, hang=2)
        self.page.line(str(item.place), "dim", indent=4, hang=2)

    def chain(self, item: ChainEvidence) -> None:
        """One chain of Windows' own, leaf first."""
        at = f", {item.at:%Y-%m-%d %H:%M} UTC" if item.at is not None else ""
        self.page.line(f"{item.engine} engine{at}", indent=2, hang=2)
        for position, thumbprint in enumerate(item.thumbprints):
            error = item.errors[position] if position < len(item.errors) else None
            status = "" if error is None else ", no error" if not error else f", {', '.join(names(TrustError(error)))}"
            self.page.line(f"{position + 1}  {thumbprint}{self.known(thumbprint)}{status}", indent=4, hang=3)
        self.page.line(str(item.place), "dim", indent=4, hang=2)

    def list(self, item: ListEvidence) -> None:
        """A list with its date and counts; with ``--verbose`` all entries."""
        count = (
            number_of(len(item.roots), "root")
            if item.kind == "authroot"
            else number_of(len(item.hashes), "hash", "hashes")
        )
        sequence = f", sequence {item.sequence}" if item.sequence else ""
        self.page.line(f"{item.kind} of {item.this_update:%Y-%m-%d}: {count}{sequence}", indent=2, hang=2)
        self.page.line(f"signature: {item.signature}", indent=4, hang=2)
        self.page.line(str(item.place), "dim", indent=4, hang=2)
        if self.verbose:
            for root in item.roots:
                self.page.line(_root(root), indent=4, hang=2)
            for value in item.hashes:
                self.page.line(value, indent=4)

    def settings(self) -> None:
        """Every setting, the empty text as what it means."""
        settings = self.inspection.evidence.settings
        if settings:
            self.page.heading(f"Settings ({len(settings)})")
        for item in settings:
            value = "not set (Windows' default)" if item.value == "" else item.value
            self.page.line(f"{item.name}: {value}", indent=2, hang=2)
            if self.verbose:
                self.page.line(str(item.place), "dim", indent=4, hang=2)

    def deletion(self, item: DeletionEvidence) -> None:
        """What a change file would delete."""
        what = item.sha1 + self.known(item.sha1) if item.sha1 else item.setting or "the whole store"
        self.page.line(f"{what}{f' in {item.store}' if item.store else ''}", indent=2, hang=2)
        self.page.line(str(item.place), "dim", indent=4, hang=2)

    def findings(self) -> None:
        """Problems inside the inputs."""
        findings = self.inspection.evidence.findings
        if findings:
            self.page.heading(f"Findings ({len(findings)})")
        for item in findings:
            text = f"{self.page.glyphs.bullet} {item.severity.value}: {item.message} [{item.code}]"
            self.page.line(text, STYLES[item.severity], 2, 2)


def _root(root: ProgramEntry) -> str:
    said = [root.name or "(no name)", f"SHA-1 {root.sha1}"]
    if root.disallowed_after is not None:
        said.append(f"distrusted from {root.disallowed_after:%Y-%m-%d}")
    if root.not_before_after is not None:
        said.append(f"not for certificates issued after {root.not_before_after:%Y-%m-%d}")
    return ", ".join(said)
