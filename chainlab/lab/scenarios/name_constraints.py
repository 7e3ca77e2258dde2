"""A cross-certificate that permits other names than the server's."""

from dataclasses import replace

from chainlab.lab.scenario import ROOT, Issued, LabClient, Scenario, Site
from chainlab.lab.scenarios.cross_sign import CERTIFICATES, ENTITIES, HOST


def scenario(_size: int = 0) -> Scenario:
    """The scenario."""
    constrained = Issued("new-root", "old-root", replace(ROOT, permitted_dns=("partner.example",)))
    return Scenario(
        shows="The cross-certificate permits names of partner.example only; the server is called otherwise.",
        story="A path through the constrained cross-certificate is not valid for this name, a path that ends in the"
        " new root is. The old Windows server knows the old root only, so it sends the constrained one, and a"
        " client that can leave it aside does.",
        question="For which host name would the client `old-only` accept?",
        answer="For none of this certificate: the constraint is about the names in the certificate, not about the name "
        "that was asked for. Only a certificate for *.partner.example alone would pass.",
        entities=ENTITIES,
        certificates={**CERTIFICATES, "new-root-by-old": constrained},
        stores={"LocalMachine/Root": ("old-root",), "LocalMachine/CA": ("issuing", "new-root-by-old")},
        sites=(Site("www", HOST, ("www", "issuing", "new-root-by-old"), pfx=("issuing", "new-root-by-old")),),
        clients=(
            LabClient("old-only", "openssl-1.0.2", ("old-root",), accepts=False),
            LabClient("old-only-java", "java-11", ("old-root",), accepts=False),
            LabClient("both", "openssl-3", ("new-root", "old-root")),
        ),
        findings=("chain-error",),
    )
