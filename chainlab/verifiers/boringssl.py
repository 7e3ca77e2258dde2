"""BoringSSL's ``X509_verify_cert``: gRPC, and Android's native code.

Models: OpenSSL 1.0.2's builder with trusted-first always on: at every step the store is asked first, and once it
answers only the store; one issuer is followed, the first that fits whether valid or not; a served self-signed
certificate ends the search; of certificates of the store only validity and name constraints are judged.
``boringssl-partial`` sets X509_V_FLAG_PARTIAL_CHAIN, as gRPC does; ``boringssl-grpc`` is gRPC's of 2026, which reads
name constraints otherwise: wildcards, dots at the end, URIs. Sources: Debian's android-libboringssl 13.0.0+r24 and
grpcio 1.85.1, measured 2026-11-20; crypto/x509/x509_vfy.c. Not modelled: CRLs.
"""

from dataclasses import replace

from chainlab.certificate import GeneralName
from chainlab.paths.hosts import WITHOUT_DNS, WITHOUT_SAN, HostRules, absolute_lone_wildcard
from chainlab.paths.name_rules import Fit, absolute_dns_subtree, covers, refused, uri_subtree
from chainlab.paths.switches import Anchor
from chainlab.verifiers import openssl
from chainlab.verifiers.family import Basis, Family, named, names_itself_and_may_sign
from chainlab.verifiers.rules import as_found

VERSIONS = ("", "partial", "grpc")

_ANDROID = replace(openssl.SWITCHES.names, ip=refused, need_san=True)


def standing_for_excluded(name: GeneralName, tree: GeneralName, excluded: bool) -> Fit:
    """A wildcard that could stand for an excluded host is excluded; dots at the end mean nothing."""
    if excluded and covers(name.value, tree.value):
        return Fit.INSIDE
    return absolute_dns_subtree(name, tree, excluded)


_GRPC = replace(_ANDROID, dns=standing_for_excluded, uri=uri_subtree)


def family(version: str = "") -> Family:
    """BoringSSL, or ``partial`` with non-self-signed anchors, as is that of ``grpc``."""
    partial = version in ("partial", "grpc")
    return replace(
        openssl.family("1.1.0"),
        id=named("boringssl", version),
        title="BoringSSL (partial chains)" if partial else "BoringSSL",
        basis=Basis.MEASURED,
        sources=("measured 2026-11-20 with Android 13's BoringSSL and gRPC 1.85.1", "crypto/x509/x509_vfy.c"),
        self_signed=names_itself_and_may_sign,
        order=as_found,
        partial_chain=partial,
        climbs_store=True,
        switches=replace(
            openssl.SWITCHES,
            anchor=Anchor.VALIDITY | Anchor.NAMES,
            names=_GRPC if version == "grpc" else _ANDROID,
            host=HostRules(WITHOUT_DNS, absolute_lone_wildcard) if version == "grpc" else HostRules(WITHOUT_SAN),
        ),
    )
