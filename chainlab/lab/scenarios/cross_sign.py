"""A cross-certificate that does its work."""

from chainlab.lab.scenario import CA, OLD_ROOT, ROOT, Issued, LabClient, Scenario, Site, ca_name, server_certificate

HOST = "www.lab.example"

ENTITIES = {
    "old-root": (ca_name("Lab Root 2008"), "P-384"),
    "new-root": (ca_name("Lab Root 2021"), "P-384"),
    "issuing": (ca_name("Lab Issuing CA"), "P-256"),
    "www": (f"CN={HOST}", "P-256"),
}
"""Two roots and an issuing CA under the new one: what most scenarios are about."""

CERTIFICATES = {
    "old-root": Issued("old-root", "old-root", OLD_ROOT),
    "new-root": Issued("new-root", "new-root", ROOT),
    "new-root-by-old": Issued("new-root", "old-root", ROOT),
    "issuing": Issued("issuing", "new-root", CA),
    "www": server_certificate("www", "issuing", HOST),
}


def scenario(_size: int = 0) -> Scenario:
    """The scenario."""
    return Scenario(
        shows="One CA key with two certificates: its own root and a cross-certificate by an older root.",
        story="The new root is in no store of this server, so Windows has one way up: through the cross-certificate to "
        "the old root. It sends the cross-certificate, and devices that know either root are content.",
        question="Import the new root into the Root store of this server "
        '(`--change "import clients/new-only.pem into LocalMachine/Root"`). Who fails then, and why?',
        answer="Windows now prefers the shorter chain that ends in the new root and no longer sends the "
        "cross-certificate: the device that knows the old root only fails. That is the scenario `both-roots`.",
        entities=ENTITIES,
        certificates=CERTIFICATES,
        stores={"LocalMachine/Root": ("old-root",), "LocalMachine/CA": ("issuing", "new-root-by-old")},
        sites=(Site("www", HOST, ("www", "issuing", "new-root-by-old"), pfx=("issuing", "new-root-by-old")),),
        clients=(
            LabClient("old-only", "openssl-1.0.2", ("old-root",)),
            LabClient("new-only", "java-8", ("new-root",)),
            LabClient("both", "openssl-3", ("new-root", "old-root")),
        ),
        commands=('impact evidence.zip --change "import clients/new-only.pem into LocalMachine/Root"',),
    )
