"""What AddTrust did on 2020-05-30: the chain that is sent ends in an expired cross-certificate."""

from dataclasses import replace

from chainlab.lab.pki import day
from chainlab.lab.scenario import ROOT, Issued, LabClient, Scenario, Site
from chainlab.lab.scenarios.cross_sign import CERTIFICATES, ENTITIES, HOST

_EXPIRED = replace(ROOT, not_after=day("2026-05-30T10:48:38"))
_OLD = replace(CERTIFICATES["old-root"].profile, not_after=_EXPIRED.not_after)


def scenario(_size: int = 0) -> Scenario:
    """The scenario."""
    return Scenario(
        shows="The cross-certificate and the old root have expired, and the server goes on sending the "
        "cross-certificate.",
        story="The new root was never imported, so Windows has only the way through the expired cross-certificate and "
        "sends it, status and all. Clients that know the new root could do without it. Whether they do depends on how "
        "they search: OpenSSL 1.0.1 follows what was sent and fails, later ones look into their own store first.",
        question="Which single change to the Root store heals the server, and does it help `follows-the-wire`?",
        answer="Importing the new root: Windows then ends the chain there and sends no expired certificate any more. "
        "With only leaf and issuing CA on the wire OpenSSL 1.0.1 looks into its own store and finds the new root: it "
        "accepts too. Deleting the expired cross-certificate does as well, as `chainlab plan` finds.",
        entities=ENTITIES,
        certificates={
            **CERTIFICATES,
            "old-root": Issued("old-root", "old-root", _OLD),
            "new-root-by-old": Issued("new-root", "old-root", _EXPIRED),
        },
        stores={"LocalMachine/Root": ("old-root",), "LocalMachine/CA": ("issuing", "new-root-by-old")},
        sites=(Site("www", HOST, ("www", "issuing", "new-root-by-old"), pfx=("issuing", "new-root-by-old")),),
        clients=(
            LabClient("follows-the-wire", "openssl-1.0.1", ("new-root", "old-root"), accepts=False),
            LabClient("own-store-first", "openssl-1.1.1", ("new-root", "old-root")),
            LabClient("new-only", "mozpkix", ("new-root",)),
            LabClient("old-only", "java-8", ("old-root",), accepts=False),
        ),
        findings=("expired-in-chain", "expired-in-store"),
        commands=('impact evidence.zip --change "import clients/new-only.pem into LocalMachine/Root"',),
    )
