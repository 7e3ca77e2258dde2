"""Findings: what chainlab has to say beside the verdicts, each with a stable code.

The closed list below is the single source: severity, the sentence shown (a template over the finding's parameters),
why it matters and what to do. ``docs/findings.md`` is generated from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final


class Severity(Enum):
    """How bad it is: an error changes the verdict, a warning may, a note is for the record."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of finding: code, severity, sentence template, why it matters, what to do."""

    code: str
    severity: Severity
    template: str
    why: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding: its kind, the template's parameters and the fingerprints of the certificates concerned."""

    kind: Kind
    parameters: Mapping[str, str] = field(default_factory=dict)
    certificates: tuple[str, ...] = ()

    @property
    def code(self) -> str:
        """The stable code."""
        return self.kind.code

    @property
    def severity(self) -> Severity:
        """The kind's severity."""
        return self.kind.severity

    @property
    def message(self) -> str:
        """The sentence for people."""
        return self.kind.template.format_map(self.parameters)


KINDS: Final[dict[str, Kind]] = {}


def _kind(code: str, severity: Severity, template: str, why: str, remedy: str) -> Kind:
    KINDS[code] = Kind(code, severity, template, why, remedy)
    return KINDS[code]


# --- problems of an input; nothing is lost beside the part named -------------------------------------------------
BROKEN_CERTIFICATE = _kind(
    "broken-certificate", Severity.WARNING, "{place}: not a certificate that can be decoded: {why}",
    "The certificate is left out; everything else of the input is used.",
    "Export it again; if it opens elsewhere, keep the file as an example.",
)  # fmt: skip
BROKEN_PART = _kind(
    "broken-part", Severity.WARNING, "{place}: {why}",
    "This part of the input is left out; everything else of it is used.",
    "Export the input again.",
)  # fmt: skip
UNUSED_PART = _kind(
    "unused-part", Severity.NOTE, "{place}: {what} is not used",
    "chainlab reads certificates and what belongs to them; private keys are never read.",
    "Nothing.",
)  # fmt: skip
NO_MAC = _kind(
    "pfx-without-mac", Severity.NOTE, "{place}: the PFX has no integrity check (MAC)",
    "A wrong password cannot be told from a right one, and changes would not be noticed.",
    "Export the PFX again with a current tool.",
)  # fmt: skip
MANY_KEYS = _kind(
    "several-keys", Severity.NOTE, "{place}: {count} private keys",
    "Windows imports each; many tools see only the first.",
    "Check that the binding uses the certificate meant.",
)  # fmt: skip
NO_KEY = _kind(
    "no-private-key", Severity.WARNING, "{place}: no private key belongs to {label}",
    "IIS cannot use a certificate without its private key.",
    "Import a PFX that contains the key, or complete the request on the machine that made it.",
)  # fmt: skip
THUMBPRINT_MISMATCH = _kind(
    "thumbprint-mismatch", Severity.WARNING, "{place}: filed under {filed}, but the certificate's SHA-1 is {actual}",
    "The store was edited by hand; Windows finds the certificate under the wrong name or not at all.",
    "Delete the entry and import the certificate again.",
)  # fmt: skip
DELETION = _kind(
    "proposed-deletion", Severity.NOTE, "{place}: deletes {what}; taken as a proposed change, not applied",
    "A .reg file can delete; chainlab does not apply that to what other inputs say.",
    "Use it with 'chainlab impact'.",
)  # fmt: skip
DIRTY_HIVE = _kind(
    "dirty-hive", Severity.WARNING,
    "{place}: the hive was not closed cleanly (sequence numbers {primary} and {secondary})",
    "It was copied from a running system; what stands in its transaction logs (.LOG1, .LOG2) is missing.",
    "Save it on the server with 'reg save HKLM\\SOFTWARE software.hiv'.",
)  # fmt: skip
LIST_SIGNATURE = _kind(
    "list-signature", Severity.WARNING, "{place}: the signature of the certificate trust list does not hold: {why}",
    "Windows ignores a list whose signature is wrong; it may have been changed.",
    "Fetch the list again from ctldl.windowsupdate.com.",
)  # fmt: skip
LOCAL_DATE = _kind(
    "local-date", Severity.WARNING, "{place}: {property} of {sha1} is a local date ({text}) and is not used",
    "certutil prints dates in the language and zone of the server; the restriction is not taken into account.",
    "Export the store as .sst or its registry key as .reg.",
)  # fmt: skip
CCS_NAME = _kind(
    "ccs-name-mismatch", Severity.WARNING, "{place}: named for '{host}', but {label} names {names}",
    "IIS takes the file by its name from the Central Certificate Store; clients then refuse the name.",
    "Rename the file, or put the certificate for this name there.",
)  # fmt: skip
NAMELESS_STORE = _kind(
    "nameless-store", Severity.NOTE,
    "{place}: names no store; assumed: leaf in My, intermediates in CA, self-signed certificates in Root",
    "An exported store does not say which store it was.",
    "Say it with --store LocalMachine/CA=FILE.",
)  # fmt: skip

# --- the server certificate itself: the same for every client -----------------------------------------------------
LEAF_EXPIRED = _kind(
    "leaf-expired", Severity.ERROR, "the server certificate expired on {date}",
    "Every client that checks validity rejects it, whatever the chain.",
    "Renew the certificate.",
)  # fmt: skip
LEAF_NOT_YET_VALID = _kind(
    "leaf-not-yet-valid", Severity.ERROR, "the server certificate is not valid before {date}",
    "Every client that checks validity rejects it, whatever the chain.",
    "Check the clock, or wait.",
)  # fmt: skip
LEAF_EXPIRES_SOON = _kind(
    "leaf-expires-soon", Severity.WARNING, "the server certificate expires on {date}, in {days} days",
    "Every client rejects it from then on.",
    "Renew it; the new certificate may be issued under another CA, so diagnose it again.",
)  # fmt: skip
LEAF_PURPOSE = _kind(
    "leaf-purpose", Severity.ERROR, "the server certificate is not meant for server authentication",
    "Clients that check the extended key usage reject it.",
    "Order a TLS server certificate.",
)  # fmt: skip
HOST_MISMATCH = _kind(
    "host-mismatch", Severity.ERROR, "the server certificate does not name '{host}'; it names {names}",
    "Every client that checks the host name rejects it.",
    "Use a certificate with this name, or the right host.",
)  # fmt: skip
LEAF_SELF_SIGNED = _kind(
    "leaf-self-signed", Severity.ERROR, "the server certificate is self-signed",
    "No client trusts it unless it was installed there.",
    "Use a certificate of a CA that the clients know.",
)  # fmt: skip

# --- the chain that Windows builds ---------------------------------------------------------------------------------
CONTESTED = _kind(
    "contested-choice", Severity.WARNING,
    "which chain Windows chooses is contested: {kb} by Microsoft's documentation, {newest} by field reports",
    "On equal quality Microsoft documents the shortest chain; several servers were seen to prefer the newer issuer.",
    "On the server: certutil -verify -urlfetch leaf.cer, or openssl s_client -showcerts against it.",
)  # fmt: skip
UNDETERMINED = _kind(
    "undetermined-choice", Severity.WARNING,
    "nothing known decides between {count} equally good chains",
    "Windows will choose one of them; its rule for full ties is not documented.",
    "Remove all but the wanted cross-certificate, or look at the served chain.",
)  # fmt: skip
ROOT_ON_DEMAND = _kind(
    "depends-on-root-download", Severity.WARNING,
    "as long as {root} has not been downloaded to this server, it serves {other} instead",
    "Windows downloads program roots on demand; any program on the server that meets this hierarchy brings it.",
    "Do not rely on its absence: block the root, or collect the server's stores.",
)  # fmt: skip
CROSS_SIGN_UNUSED = _kind(
    "cross-sign-unused", Severity.WARNING, "{label} is present but Windows does not use it: {why}",
    "Windows prefers the path to a root it trusts; importing the cross-certificate alone changes nothing.",
    "See the plan: the self-signed root has to be out of the way.",
)  # fmt: skip
MISSING_INTERMEDIATE = _kind(
    "missing-intermediate", Severity.ERROR, "the issuer '{issuer}' is missing on the server",
    "IIS sends only what it finds in its stores; most clients do not fetch the rest.",
    "Import the issuing CA certificate into LocalMachine/CA.",
)  # fmt: skip
ISSUER_UNKNOWN = _kind(
    "issuer-unknown", Severity.WARNING, "the issuer '{issuer}' of {label} is neither on the server nor catalogued",
    "It may be a private root, which is never sent, or a missing intermediate: that cannot be told from here.",
    "Add the issuer's certificate as a further input.",
)  # fmt: skip
UNTRUSTED_ROOT = _kind(
    "untrusted-root", Severity.WARNING, "Windows does not trust the root {label}",
    "The chain is served all the same; Windows clients with the same roots reject it.",
    "Nothing, if the root is private and the clients know it.",
)  # fmt: skip
CHAIN_ERROR = _kind(
    "chain-error", Severity.WARNING, "Windows finds fault with {label}: {why}",
    "The chain is served all the same, but clients may see the same fault.",
    "Replace the certificate.",
)  # fmt: skip
INTERMEDIATE_EXPIRES = _kind(
    "intermediate-expires", Severity.WARNING, "{label} of the served chain expires on {date}, before the leaf",
    "From then on clients that need it fail although the server certificate is valid.",
    "Import its successor before that date.",
)  # fmt: skip
PFX_BRINGS_ROOT = _kind(
    "pfx-brings-root", Severity.WARNING, "{place} contains the self-signed root {label}",
    "Importing it can put the root back into the Root store, and with it the short chain.",
    "Export without the root (certificate path without root), or import with NoRoot.",
)  # fmt: skip
ASSUMPTION = _kind(
    "assumption", Severity.NOTE, "{text}",
    "It was not seen but assumed; another server may differ.",
    "Give the server's stores with --server or --store.",
)  # fmt: skip
CROSS_CHECK_DIFFERS = _kind(
    "cross-check-differs", Severity.WARNING,
    "the independent check refuses a path to {root} that clients accept: {why}",
    "Either these clients are more lenient than RFC 5280, or one of the two checks is wrong.",
    "Compare with 'openssl verify' on the same path, and report it if chainlab is wrong.",
)  # fmt: skip
CATALOGUED_SIGNATURE = _kind(
    "catalogued-signature", Severity.NOTE, "the signature on {label} is taken from the catalogue, not checked",
    "Only published facts of this certificate are at hand, not its encoding.",
    "Give the certificate as a further input; it is then checked like any other.",
)  # fmt: skip
