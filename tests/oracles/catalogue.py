"""Named scenarios: the situations that administrators meet, each one respect in which real verifiers differ.

Certificates are written ``leaf<I``, ``R`` (self-signed) or ``name=R<U:expired+sha1``: an own name, subject, issuer,
traits. In all of them a server's certificate is issued by I, I by the new root R, and the old root U cross-signs R.
"""

from __future__ import annotations

from typing import Final

from tests.oracles.scenario import CertSpec, Scenario


def scenario(name: str, certs: str, served: str, roots: str, keys: str = "", note: str = "") -> Scenario:
    """A scenario from its short form; ``keys`` is ``I=RSA-2048 R=P-384``."""
    specs = dict(_certificate(text) for text in certs.split())
    kinds = dict(pair.split("=") for pair in keys.split())
    return Scenario(name, specs, tuple(served.split()), tuple(roots.split()), kinds, note)


def _certificate(text: str) -> tuple[str, CertSpec]:
    name, named, rest = text.rpartition("=")
    pair, _, traits = (rest if named else text).partition(":")
    subject, _, issuer = pair.partition("<")
    spec = CertSpec(subject, issuer or subject, tuple(traits.split("+")) if traits else ())
    return name or pair, spec


_PLAIN: Final = "leaf<I I<R R<U R U"

CATALOGUE: Final[tuple[Scenario, ...]] = (
    # Which root is known, which chain is sent.
    scenario("short-chain-new-root", _PLAIN, "leaf<I I<R", "R"),
    scenario("short-chain-old-root", _PLAIN, "leaf<I I<R", "U"),
    scenario("short-chain-both-roots", _PLAIN, "leaf<I I<R", "R U"),
    scenario("long-chain-new-root", _PLAIN, "leaf<I I<R R<U", "R"),
    scenario("long-chain-old-root", _PLAIN, "leaf<I I<R R<U", "U"),
    scenario("long-chain-both-roots", _PLAIN, "leaf<I I<R R<U", "U R"),
    scenario("root-served", _PLAIN, "leaf<I I<R R", "R"),
    scenario("old-root-served", _PLAIN, "leaf<I I<R R<U U", "U"),
    scenario("untrusted-root-served", "leaf<I I<R R Z", "leaf<I I<R R", "Z"),
    scenario("root-before-cross-sign", _PLAIN, "leaf<I I<R R R<U", "U"),
    scenario("cross-sign-before-root", _PLAIN, "leaf<I I<R R<U R", "U"),
    scenario("root-before-cross-sign-new-root", _PLAIN, "leaf<I I<R R R<U", "R"),
    scenario("two-cross-signs-first-trusted", "leaf<I I<R R<U R<V U V", "leaf<I I<R R<U R<V", "U"),
    scenario("two-cross-signs-second-trusted", "leaf<I I<R R<U R<V U V", "leaf<I I<R R<U R<V", "V"),
    # Missing, misplaced, superfluous.
    scenario("intermediate-missing", _PLAIN, "leaf<I", "R"),
    scenario("intermediate-missing-cross-sign-sent", _PLAIN, "leaf<I R<U", "U"),
    scenario("misordered-old-root", _PLAIN, "leaf<I R<U I<R", "U"),
    scenario("misordered-new-root", _PLAIN, "leaf<I R<U I<R", "R"),
    scenario("intermediate-twice", _PLAIN, "leaf<I I<R I<R R<U", "U"),
    scenario("leaf-twice", _PLAIN, "leaf<I leaf<I I<R R<U", "U"),
    scenario("stranger-first", _PLAIN + " Z", "leaf<I Z I<R R<U", "U"),
    scenario("stranger-last", _PLAIN + " Z", "leaf<I I<R R<U Z", "U"),
    # Expiry of each.
    scenario("expired-leaf", "leaf<I:expired I<R R", "leaf<I I<R", "R"),
    scenario("future-leaf", "leaf<I:future I<R R", "leaf<I I<R", "R"),
    scenario("expired-intermediate", "leaf<I I<R:expired R", "leaf<I I<R", "R"),
    scenario("expired-cross-sign-old-root", "leaf<I I<R R<U:expired R U", "leaf<I I<R R<U", "U"),
    scenario("expired-cross-sign-new-root", "leaf<I I<R R<U:expired R U", "leaf<I I<R R<U", "R"),
    scenario("expired-cross-sign-both-roots", "leaf<I I<R R<U:expired R U", "leaf<I I<R R<U", "U R"),
    scenario("expired-old-root", "leaf<I I<R R<U R U:expired", "leaf<I I<R R<U", "U"),
    scenario("expired-old-root-both-roots", "leaf<I I<R R<U R U:expired", "leaf<I I<R R<U", "U R"),
    scenario("old-path-wholly-expired-sent-with-root", "leaf<I I<R R<U:expired R U:expired", "leaf<I I<R R<U U", "U R"),
    scenario("expired-new-root-both-roots", "leaf<I I<R R<U R:expired U", "leaf<I I<R R<U", "U R"),
    scenario("expired-new-root", "leaf<I I<R R:expired", "leaf<I I<R", "R"),
    scenario("renewed-root-expired-first", "leaf<I I<R R again=R:expired", "leaf<I I<R", "again R"),
    scenario("renewed-root-expired-last", "leaf<I I<R R again=R:expired", "leaf<I I<R", "R again"),
    scenario("expired-twin-first", "leaf<I I<R again=I<R:expired R", "leaf<I again I<R", "R"),
    scenario("expired-twin-last", "leaf<I I<R again=I<R:expired R", "leaf<I I<R again", "R"),
    scenario("expired-twin-alone-on-old-path", "leaf<I I<R again=I<U:expired R U", "leaf<I again I<R", "U R"),
    # Same name, other key.
    scenario("re-keyed-root-first", "leaf<I I<R R R~2", "leaf<I I<R", "R~2 R"),
    scenario("re-keyed-root-last", "leaf<I I<R R R~2", "leaf<I I<R", "R R~2"),
    scenario("re-keyed-root-alone", "leaf<I I<R R R~2", "leaf<I I<R", "R~2"),
    scenario("re-keyed-root-first-no-key-ids", "leaf<I I<R:no-aki R:no-ski R~2:no-ski", "leaf<I I<R", "R~2 R"),
    scenario("other-key-intermediate-first", "leaf<I I<R I~2<R R", "leaf<I I~2<R I<R", "R"),
    scenario("other-key-intermediate-last", "leaf<I I<R I~2<R R", "leaf<I I<R I~2<R", "R"),
    scenario("other-key-intermediate-first-no-key-ids", "leaf<I:no-aki I<R:no-ski I~2<R:no-ski R",
             "leaf<I I~2<R I<R", "R"),
    # Key identifiers.
    scenario("no-key-ids", "leaf<I:no-aki I<R:no-aki+no-ski R<U:no-aki+no-ski R:no-ski U", "leaf<I I<R R<U", "U"),
    scenario("aki-names-self-signed-root-new-root", "leaf<I R I<R:aki-serial R<U U", "leaf<I I<R R<U", "R"),
    scenario("aki-names-self-signed-root-old-root", "leaf<I R I<R:aki-serial R<U U", "leaf<I I<R R<U", "U"),
    scenario("aki-names-cross-sign-new-root", "leaf<I R<U I<R:aki-serial R U", "leaf<I I<R R<U", "R"),
    scenario("aki-of-another-key", "leaf<I I<R:aki-other R", "leaf<I I<R", "R"),
    # Algorithms and keys.
    scenario("sha1-intermediate", "leaf<I I<R:sha1 R", "leaf<I I<R", "R", "leaf=RSA-2048 I=RSA-2048 R=RSA-2048"),
    scenario("sha1-leaf", "leaf<I:sha1 I<R R", "leaf<I I<R", "R", "leaf=RSA-2048 I=RSA-2048 R=RSA-2048"),
    scenario("sha1-cross-sign-old-root", "leaf<I I<R R<U:sha1 R U", "leaf<I I<R R<U", "U", "R=RSA-2048 U=RSA-2048"),
    scenario("sha1-cross-sign-new-root", "leaf<I I<R R<U:sha1 R U", "leaf<I I<R R<U", "R", "R=RSA-2048 U=RSA-2048"),
    scenario("sha1-root", "leaf<I I<R R:sha1", "leaf<I I<R", "R", "R=RSA-2048"),
    scenario("sha1-ecdsa", "leaf<I I<R:sha1 R", "leaf<I I<R", "R"),
    scenario("rsa-1024-leaf", "leaf<I I<R R", "leaf<I I<R", "R", "leaf=RSA-1024 I=RSA-2048 R=RSA-2048"),
    scenario("rsa-1024-intermediate", "leaf<I I<R R", "leaf<I I<R", "R", "leaf=RSA-2048 I=RSA-1024 R=RSA-2048"),
    scenario("rsa-1024-root", "leaf<I I<R R", "leaf<I I<R", "R", "leaf=RSA-2048 I=RSA-2048 R=RSA-1024"),
    scenario("rsa-pss", "leaf<I:pss I<R:pss R:pss", "leaf<I I<R", "R", "leaf=RSA-2048 I=RSA-2048 R=RSA-2048"),
    scenario("rsa-under-ec", "leaf<I I<R R<U R U", "leaf<I I<R R<U", "U", "leaf=RSA-2048 I=RSA-2048 U=P-384"),
    scenario("p384-sha384", "leaf<I:sha384 I<R:sha384 R:sha384", "leaf<I I<R", "R", "I=P-384 R=P-384"),
    scenario("sha512", "leaf<I:sha512 I<R:sha512 R:sha512", "leaf<I I<R", "R"),
    scenario("broken-signature", "leaf<I I<R:bad-signature R", "leaf<I I<R", "R"),
    scenario("broken-self-signature-of-root", "leaf<I I<R R:bad-signature", "leaf<I I<R", "R"),
    # Constraints.
    scenario("names-permitted", "leaf<I I<R:nc-permits R", "leaf<I I<R", "R"),
    scenario("names-elsewhere", "leaf<I I<R:nc-elsewhere R", "leaf<I I<R", "R"),
    scenario("names-excluded", "leaf<I I<R:nc-excludes R", "leaf<I I<R", "R"),
    scenario("names-elsewhere-on-cross-sign-both-roots", "leaf<I I<R R<U:nc-elsewhere R U", "leaf<I I<R R<U", "U R"),
    scenario("names-elsewhere-on-root", "leaf<I I<R R:nc-elsewhere", "leaf<I I<R", "R"),
    scenario("path-length-kept", "leaf<I I<R:pathlen-0 R", "leaf<I I<R", "R"),
    scenario("path-length-exceeded", "leaf<I I<J J<R:pathlen-0 R", "leaf<I I<J J<R", "R"),
    scenario("path-length-exceeded-on-cross-sign-both-roots", "leaf<I I<R R<U:pathlen-0 R U", "leaf<I I<R R<U", "U R"),
    scenario("path-length-exceeded-on-cross-sign", "leaf<I I<R R<U:pathlen-0 R U", "leaf<I I<R R<U", "U"),
    scenario("path-length-exceeded-on-root", "leaf<I I<J J<R R:pathlen-0", "leaf<I I<J J<R", "R"),
    scenario("intermediate-for-servers", "leaf<I I<R:eku-server R", "leaf<I I<R", "R"),
    scenario("intermediate-for-any-purpose", "leaf<I I<R:eku-any R", "leaf<I I<R", "R"),
    scenario("intermediate-for-clients", "leaf<I I<R:eku-client R", "leaf<I I<R", "R"),
    scenario("root-for-clients", "leaf<I I<R R:eku-client", "leaf<I I<R", "R"),
    scenario("leaf-for-clients", "leaf<I:eku-client I<R R", "leaf<I I<R", "R"),
    scenario("leaf-for-any-purpose", "leaf<I:eku-any I<R R", "leaf<I I<R", "R"),
    scenario("leaf-without-purposes", "leaf<I:no-eku I<R R", "leaf<I I<R", "R"),
    scenario("no-basic-constraints", "leaf<I I<R:no-bc R", "leaf<I I<R", "R"),
    scenario("root-without-basic-constraints", "leaf<I I<R R:no-bc", "leaf<I I<R", "R"),
    scenario("not-a-ca", "leaf<I I<R:ca-false R", "leaf<I I<R", "R"),
    scenario("root-not-a-ca", "leaf<I I<R R:ca-false", "leaf<I I<R", "R"),
    scenario("no-key-cert-sign", "leaf<I I<R:no-cert-sign R", "leaf<I I<R", "R"),
    scenario("root-without-key-cert-sign", "leaf<I I<R R:no-cert-sign", "leaf<I I<R", "R"),
    scenario("no-key-usage", "leaf<I I<R:no-ku R", "leaf<I I<R", "R"),
    scenario("critical-unknown-in-intermediate", "leaf<I I<R:critical-unknown R", "leaf<I I<R", "R"),
    scenario("critical-unknown-in-leaf", "leaf<I:critical-unknown I<R R", "leaf<I I<R", "R"),
    scenario("critical-unknown-in-root", "leaf<I I<R R:critical-unknown", "leaf<I I<R", "R"),
    # Names.
    scenario("issuer-name-as-utf8", "leaf<I I<R:issuer-utf8 R", "leaf<I I<R", "R"),
    scenario("issuer-name-in-other-case", "leaf<I I<R:issuer-case R", "leaf<I I<R", "R"),
    scenario("host-by-wildcard", "leaf<I:wildcard I<R R", "leaf<I I<R", "R"),
    scenario("host-in-common-name-only", "leaf<I:cn-only I<R R", "leaf<I I<R", "R"),
    scenario("wrong-host-in-san", "leaf<I:wrong-host I<R R", "leaf<I I<R", "R"),
    # Anchors that are no roots.
    scenario("anchor-is-issuing-ca", "leaf<I I<R R", "leaf<I I<R", "I<R"),
    scenario("anchor-is-issuing-ca-not-served", "leaf<I I<R R", "leaf<I", "I<R"),
    scenario("anchor-is-cross-sign", _PLAIN, "leaf<I I<R R<U", "R<U"),
    scenario("anchor-is-cross-sign-not-served", _PLAIN, "leaf<I I<R", "R<U"),
    scenario("anchor-is-leaf", "leaf<I I<R R", "leaf<I I<R", "leaf<I"),
    scenario("self-signed-leaf-trusted", "leaf", "leaf", "leaf"),
    scenario("self-signed-leaf-not-trusted", "leaf R", "leaf", "R"),
    scenario("leaf-under-root", "leaf<R R", "leaf<R", "R"),
    # Meshes.
    scenario("two-cas-certify-each-other", "leaf<I I<R R<U U<R R U", "leaf<I I<R R<U U<R", "U"),
    scenario("circle-without-anchor", "leaf<I I<R R<I Z", "leaf<I I<R R<I", "Z"),
    scenario("long-way-and-short-way", "leaf<I I<J J<R I<R R", "leaf<I I<J J<R I<R", "R"),
)  # fmt: skip
