"""Certificates in the wrong stores, and the same one in several."""

from chainlab.lab.scenario import CA, ROOT, Issued, LabClient, Scenario, Site, ca_name, server_certificate

HOST = "www.lab.example"


def scenario(_size: int = 0) -> Scenario:
    """The scenario."""
    return Scenario(
        shows="A root in the intermediate store, an intermediate in Root, and the same certificates twice.",
        story="Somebody imported everything everywhere. The chain is right by luck, but an intermediate among the "
        "roots breaks client certificates (Schannel sends it in the list of trusted issuers), and copies hide"
        " what a change in one store does.",
        question="Which entries should go, and does anything change for the clients?",
        answer="The intermediate in Root and the root in CA; the copies are found as duplicates. Nothing changes for "
        "clients: `impact` with the two deletions below shows it.",
        entities={
            "root": (ca_name("Lab Root 2021"), "P-384"),
            "issuing": (ca_name("Lab Issuing CA"), "P-256"),
            "www": (f"CN={HOST}", "P-256"),
        },
        certificates={
            "root": Issued("root", "root", ROOT),
            "issuing": Issued("issuing", "root", CA),
            "www": server_certificate("www", "issuing", HOST),
        },
        stores={"LocalMachine/Root": ("root", "issuing"), "LocalMachine/CA": ("issuing", "root")},
        sites=(Site("www", HOST, ("www", "issuing"), pfx=("issuing", "root")),),
        clients=(LabClient("openssl", "openssl-3", ("root",)), LabClient("java", "java-8", ("root",))),
        findings=("intermediate-in-root", "root-in-ca", "duplicate-certificate"),
        commands=(
            'impact evidence.zip --change "delete certificates/issuing.pem from LocalMachine/Root" '
            '--change "delete certificates/root.pem from LocalMachine/CA"',
        ),
    )
