"""What DST Root CA X3 showed on 2021-09-30: the root has expired, the cross-certificate by it has not."""

from dataclasses import replace

from chainlab.lab.pki import day
from chainlab.lab.scenario import Issued, LabClient, Scenario, Site
from chainlab.lab.scenarios.cross_sign import CERTIFICATES, ENTITIES, HOST

_OLD = replace(CERTIFICATES["old-root"].profile, not_after=day("2026-09-30T14:01:15"))


def scenario(_size: int = 0) -> Scenario:
    """The scenario."""
    return Scenario(
        shows="The old root has expired, but the cross-certificate that it signed has not.",
        story="The server still sends the cross-certificate. Clients that look at the dates of a root fail if they "
        "know nothing else; Android never looked at them, and that kept Let's Encrypt alive on old phones.",
        question="Why do Android 4 and Java 8 accept what a device with OpenSSL rejects, with the same single root?",
        answer="For Android's and Java's trust managers an anchor is a name and a key (RFC 5280, 6.1.1 d), its dates"
        " do not count; OpenSSL checks the root certificate like every other certificate of the path.",
        entities=ENTITIES,
        certificates={**CERTIFICATES, "old-root": Issued("old-root", "old-root", _OLD)},
        stores={"LocalMachine/Root": ("old-root",), "LocalMachine/CA": ("issuing", "new-root-by-old")},
        sites=(Site("www", HOST, ("www", "issuing", "new-root-by-old"), pfx=("issuing", "new-root-by-old")),),
        clients=(
            LabClient("phone", "android-4", ("old-root",)),
            LabClient("java", "java-8", ("old-root",)),
            LabClient("device", "openssl-1.1.1", ("old-root",), accepts=False),
            LabClient("follows-the-wire", "openssl-1.0.1", ("new-root", "old-root"), accepts=False),
            LabClient("own-store-first", "openssl-3", ("new-root", "old-root")),
        ),
        findings=("expired-in-store",),
    )
