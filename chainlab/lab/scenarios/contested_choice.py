"""Two good chains between which documentation and field reports decide differently."""

from dataclasses import replace

from chainlab.lab.pki import day
from chainlab.lab.scenario import ROOT, Issued, LabClient, Scenario, Site
from chainlab.lab.scenarios.cross_sign import CERTIFICATES, ENTITIES, HOST


def scenario(_size: int = 0) -> Scenario:
    """The scenario."""
    newer = Issued("new-root", "old-root", replace(ROOT, not_before=day("2023-06-01")))
    return Scenario(
        shows="The cross-certificate is newer than the root of the same key: nobody knows for sure which one "
        "Windows takes.",
        story="Both roots are trusted, so both chains are equally good. Microsoft's knowledge base says that the "
        "shorter one wins; several servers were seen to prefer the newer issuer, and that is the "
        "cross-certificate here. The clients that know the old root only depend on it.",
        question="What makes the choice firm, and which observation would settle it without any change?",
        answer="Moving the new root to Untrusted (or taking the cross-certificate away) leaves one good chain. A "
        "handshake of the server itself, given together with its stores, settles which rule it follows.",
        entities=ENTITIES,
        certificates={**CERTIFICATES, "new-root-by-old": newer},
        stores={"LocalMachine/Root": ("old-root", "new-root"), "LocalMachine/CA": ("issuing", "new-root-by-old")},
        sites=(Site("www", HOST, ("www", "issuing"), pfx=("issuing", "new-root-by-old"), certainty="contested"),),
        clients=(
            LabClient("old-only", "openssl-1.0.2", ("old-root",), accepts=False),
            LabClient("both", "openssl-3", ("new-root", "old-root")),
        ),
        findings=("contested-choice",),
        commands=('impact evidence.zip --change "untrust certificates/new-root.pem"',),
    )
