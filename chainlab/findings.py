"""Findings: what chainlab has to say beside the verdicts, each with a stable code.

The closed list below is the single source: severity, the sentence shown (a template over the finding's parameters),
why it matters and what to do. ``docs/findings.md`` is generated from it.
"""

from __future__ import annotations

from chainlab.finding import KINDS as KINDS
from chainlab.finding import Finding as Finding
from chainlab.finding import Kind as Kind
from chainlab.finding import Severity as Severity
from chainlab.finding import kind as _kind

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
MODERN_PFX = _kind(
    "pfx-modern-encryption", Severity.NOTE,
    "{place}: protected with {how}, which Windows Server 2016 and older cannot import",
    "The import fails there and blames the password, although the password is right.",
    "For such a server export it with TripleDES-SHA1 (openssl pkcs12 -export -legacy).",
)  # fmt: skip
MANY_KEYS = _kind(
    "several-keys", Severity.NOTE, "{place}: private keys: {count}",
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
ENCRYPTED_MEMBER = _kind(
    "encrypted-member", Severity.WARNING, "{place}: encrypted inside its archive, not read",
    "chainlab asks for passwords of PFX files, not of archives.",
    "Unpack the archive, or make it again without a password.",
)  # fmt: skip
BUNDLE_FILE_CHANGED = _kind(
    "bundle-file-changed", Severity.WARNING, "{place}: not as the collector wrote it: {why}",
    "Its SHA-256 differs from the manifest's: it was edited or damaged after it was collected. It is used as it is.",
    "Collect the evidence again, or ask who changed it.",
)  # fmt: skip
BUNDLE_FILE_MISSING = _kind(
    "bundle-file-missing", Severity.WARNING, "{place}: in the manifest but not in the bundle",
    "What it held is unknown, as if it had not been collected.",
    "Send the bundle as the collector wrote it.",
)  # fmt: skip
BUNDLE_FILE_UNLISTED = _kind(
    "bundle-file-unlisted", Severity.WARNING, "{place}: in the bundle but not in its manifest; not used",
    "The collector lists every file that it writes; this one came later.",
    "Give it as an input of its own if it belongs to the question.",
)  # fmt: skip
COLLECTOR_ERROR = _kind(
    "collector-error", Severity.WARNING, "{place}: the collector could not do '{step}': {why}",
    "What this step would have collected is unknown, not absent.",
    "Run the collector elevated; some steps need features that older Windows versions lack.",
)  # fmt: skip
COLLECTED_UNELEVATED = _kind(
    "collected-unelevated", Severity.NOTE, "{place}: collected without administrator rights",
    "IIS' configuration is then out of reach, and the bundle may hold fewer bindings than the server has.",
    "Run the collector in an elevated PowerShell.",
)  # fmt: skip
PROBE_FAILED = _kind(
    "probe-failed", Severity.NOTE, "{place}: no chain: {why}",
    "A server without a certificate of that kind, or without that protocol, refuses; that is a fact about it.",
    "Nothing, if others succeeded; otherwise check name, port and firewall.",
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

BINDING_WITHOUT_CERTIFICATE = _kind(
    "binding-without-certificate", Severity.WARNING,
    "the binding {binding} uses the certificate with thumbprint {sha1}, which is not among the inputs",
    "What this endpoint serves cannot be predicted.",
    "Add the server's My (or WebHosting) store or the certificate itself as an input.",
)  # fmt: skip
UNKNOWN_THUMBPRINTS = _kind(
    "unknown-thumbprints", Severity.WARNING,
    "store entries left out, for they are known by their thumbprint alone and not catalogued: {count}",
    "A text listing has no certificates; one of them may be an issuer that Windows uses.",
    "Add an export with encodings: a registry export, an SST file or the evidence bundle.",
)  # fmt: skip

# --- handshakes ----------------------------------------------------------------------------------------------------
LEAF_ONLY = _kind(
    "leaf-only", Severity.WARNING, "{place}: shows only the server certificate, not what was sent with it",
    "The served chain cannot be judged from it; with the stores of the server as further inputs chainlab predicts it.",
    "Take the whole chain: openssl s_client -showcerts, or a capture of the handshake.",
)  # fmt: skip
CERTIFICATE_COUNT = _kind(
    "certificate-count", Severity.WARNING, "{place}: certificates announced: {said}, there: {found}",
    "A part of the served chain may be missing here; the verdicts hold for what is there.",
    "Take it again and keep the whole output.",
)  # fmt: skip
SESSION_RESUMED = _kind(
    "session-resumed", Severity.NOTE, "{place}: handshakes with {endpoint} that resumed a session: {count}; they carry "
    "no certificate",
    "A client that comes back shortly after does not get the chain again.",
    "Look at the first handshake of the client, or capture from a fresh client.",
)  # fmt: skip
CERTIFICATE_UNSEEN = _kind(
    "certificate-unseen", Severity.WARNING,
    "{place}: handshakes with {endpoint} whose server certificate was not seen: {count}; {why}",
    "Nothing can be said about the chain that was served there.",
    "For TLS 1.3 give the key log (SSLKEYLOGFILE) as a further input; else capture the whole connection.",
)  # fmt: skip
NO_HANDSHAKE = _kind(
    "no-handshake", Severity.WARNING, "{place}: no certificate was sent in it: {why}",
    "There is no served chain to judge.",
    "Capture while a client connects, from its first packet on.",
)  # fmt: skip
SNI_MISMATCH = _kind(
    "sni-mismatch", Severity.WARNING, "a client asked for '{host}' (SNI), but the certificate names {names}",
    "Clients that check the host name reject it; the request may have met the wrong binding.",
    "Check the bindings of that name and port.",
)  # fmt: skip
OBSERVED_AGREES = _kind(
    "observed-agrees", Severity.NOTE, "the handshake in {place} shows the predicted chain{policy}",
    "Prediction and observation support each other.",
    "Nothing.",
)  # fmt: skip
OBSERVED_DIFFERS = _kind(
    "observed-differs", Severity.WARNING, "the handshake in {place} shows another chain than predicted: {observed}",
    "The inputs do not describe the server as it was then, or a cache or another machine answered.",
    "Judge the observed chain with --served; collect the server's stores again.",
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
    "leaf-expires-soon", Severity.WARNING, "the server certificate expires on {date}, in {days}",
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
SEARCH_STOPPED = _kind(
    "search-stopped", Severity.WARNING, "the search stopped after {count}; the best so far is shown",
    "Stores with very many certificates of the same name or key make more chains than can be looked at.",
    "Remove the certificates that do not belong in the stores.",
)  # fmt: skip
ROOT_ON_DEMAND = _kind(
    "depends-on-root-download", Severity.WARNING,
    "as long as {root} has not been downloaded to this server, it serves {other} instead",
    "Windows downloads program roots on demand; any program on the server that meets this hierarchy brings it.",
    "Do not rely on its absence: block the root, or collect the server's stores.",
)  # fmt: skip
AIA_DECIDES = _kind(
    "depends-on-aia", Severity.WARNING,
    "if Windows fetches the missing issuer {label} by itself (AIA), {other} is served instead",
    "Servers were seen to fetch and keep missing issuers in the LocalSystem user's store; none does so reliably.",
    "Import the issuer into LocalMachine/CA; then it does not matter.",
)  # fmt: skip
ROOT_COMES_BACK = _kind(
    "root-comes-back", Severity.WARNING,
    "{root} is {state} on this server now, but Windows can bring it back by itself; then {other} is served",
    "It is on Microsoft's list and automatic root update is on: an update, or any program that meets it, installs it.",
    "Put it into Untrusted (Disallowed), which wins over the list.",
)  # fmt: skip
PFX_BRINGS_BLOCKED_ROOT = _kind(
    "pfx-brings-blocked-root", Severity.WARNING,
    "{place} contains {label}, which is {state} on this server; importing it can undo that",
    "An import that writes the root into Root again may bring the short chain back.",
    "Export without the root, or import with NoRoot; check the Root store afterwards.",
)  # fmt: skip
WINDOWS_AGREES = _kind(
    "windows-agrees", Severity.NOTE, "{place}: Windows itself built the predicted chain{which}",
    "The server's own answer is the best evidence there is.",
    "Nothing.",
)  # fmt: skip
WINDOWS_DIFFERS = _kind(
    "windows-differs", Severity.WARNING, "{place}: Windows itself built another chain than predicted: {chain}",
    "The stores have changed since, the listing is of another machine or user, or the prediction is wrong.",
    "Collect the evidence again in one go; if it still differs, report it: it is a fact about Windows.",
)  # fmt: skip
EXPIRED_IN_CHAIN = _kind(
    "expired-in-chain", Severity.WARNING, "{label} of the chain that Windows uses expired on {date}",
    "Windows ranks a trusted root above validity, so it can choose an expired chain although a valid one exists.",
    "Make the valid path usable (unblock its root), or remove the expired certificate.",
)  # fmt: skip
ISSUER_RENEWED = _kind(
    "issuer-renewed", Severity.ERROR,
    "the server holds another certificate of '{issuer}' (key {held}), but {label} was signed with another key of it",
    "The CA has a new key; the old issuing certificate does not fit, and the new one is missing.",
    "Import the issuing CA certificate that came with the server certificate into LocalMachine/CA.",
)  # fmt: skip
OTHER_KEY_DIFFERS = _kind(
    "other-key-type-differs", Severity.WARNING,
    "clients that accept the {good} certificate of {names} but not the {bad} one: {count}",
    "The server picks one by what the client offers: the same site works and fails. Each key type has its own chain.",
    "Fix the chain of the {bad} certificate too; see its own part of this report.",
)  # fmt: skip

# --- the stores: misplaced, doubled or stale certificates ----------------------------------------------------------
INTERMEDIATE_IN_ROOT = _kind(
    "intermediate-in-root", Severity.WARNING, "{label} is not self-signed but lies in {store}",
    "It is no trust anchor there, and since Windows Server 2012 it breaks client certificates (403.16, KB 2802568).",
    "Move it to LocalMachine/CA.",
)  # fmt: skip
ROOT_IN_CA = _kind(
    "root-in-ca", Severity.WARNING, "the self-signed {label} lies in {store}",
    "It is a candidate for the chain there, and root update may make it trusted; it does not belong there.",
    "Delete it from the intermediate store.",
)  # fmt: skip
ONLY_CURRENT_USER = _kind(
    "only-current-user", Severity.WARNING, "{label} lies only in {store}, which IIS does not see",
    "The chain of a server certificate is built from the machine's stores, not from a user's.",
    "Import it into the same store of LocalMachine.",
)  # fmt: skip
DUPLICATE = _kind(
    "duplicate-certificate", Severity.NOTE, "{label} lies in several stores: {stores}",
    "Removing or restricting one copy leaves the others in effect.",
    "Keep one copy, or change all of them.",
)  # fmt: skip
SYSTEM_COPY = _kind(
    "system-store-copy", Severity.WARNING,
    "{label} lies in the LocalSystem user's own store ({store}), which certlm.msc does not show{effect}",
    "The chain build of IIS sees that store (HKU\\S-1-5-18); copies fetched long ago stay there.",
    "Delete it under HKU\\S-1-5-18\\Software\\Microsoft\\SystemCertificates if it is not wanted.",
)  # fmt: skip
EXPIRED_IN_STORE = _kind(
    "expired-in-store", Severity.NOTE, "{label} in {store} expired on {date}",
    "It can still stand in a chain when no better path is trusted.",
    "Delete it if nothing needs it; keep roots that timestamped signatures need.",
)  # fmt: skip
EXPIRES_IN_STORE = _kind(
    "intermediate-expires-soon", Severity.WARNING, "{label} in {store} expires on {date}, in {days}",
    "When it expires Windows may choose another path, and clients that need it fail.",
    "Import its successor before that date.",
)  # fmt: skip

# --- more about the chain ------------------------------------------------------------------------------------------
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
    "issuer-unknown", Severity.WARNING, "the issuer '{issuer}' of {label} is neither among the inputs nor catalogued",
    "It may be a private root, which is never sent, or a missing intermediate: that cannot be told from here.",
    "Add the issuer's certificate as a further input.",
)  # fmt: skip
UNTRUSTED_ROOT = _kind(
    "untrusted-root", Severity.WARNING, "Windows does not trust the root {label}",
    "The chain is served all the same; Windows clients with the same roots reject it.",
    "Nothing, if the root is private and the clients know it.",
)  # fmt: skip
PRIVATE_ROOT = _kind(
    "private-root", Severity.WARNING,
    "the root {label} is in no public trust store; to judge clients that were given it: --client NAME=FAMILY:ROOTS.pem",
    "The clients judged here are those of the public. An organisation's own clients are not among them.",
    "Judge your own with --client NAME=FAMILY:ROOTS.pem (FAMILY as in 'chainlab clients list'); --clients none leaves "
    "out the public ones.",
)  # fmt: skip
BETTER_CHAIN = _kind(
    "better-chain", Severity.WARNING,
    "{then} of {total} would accept (now {now}, who all still would) if the server {how}; that chain ends on {date}",
    "What a server sends beside its certificate is its own choice; clients that lack one root often know an older one, "
    "to which a cross-certificate leads.",
    "Put exactly these certificates, in this order, into the chain file of nginx, HAProxy or the load balancer; "
    "'chainlab catalog show FINGERPRINT' says where one is published. IIS chooses by the server's stores: 'chainlab "
    "plan' finds the changes.",
)  # fmt: skip
CHAIN_ERROR = _kind(
    "chain-error", Severity.WARNING, "Windows finds fault with {label}: {why}",
    "The chain is served all the same, but clients may see the same fault.",
    "Replace the certificate.",
)  # fmt: skip
INTERMEDIATE_EXPIRES = _kind(
    "intermediate-expires", Severity.WARNING, "{label} of the served chain is valid only until {date}, the leaf longer",
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
    "Give the server's stores with --server, or say which store an export is with --store LocalMachine/CA=FILE.",
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
