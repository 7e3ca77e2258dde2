"""Two enterprises that trust each other through a bridge CA."""

from chainlab.lab.scenario import CA, ROOT, Issued, LabClient, Scenario, Site, ca_name, server_certificate

HOST = "www.a.example"


def scenario(_size: int = 0) -> Scenario:
    """The scenario."""
    return Scenario(
        shows="A bridge CA joins two enterprises: partners need two cross-certificates that the server must send.",
        story="The server's enterprise A trusts its own root. Partner B trusts root B, which certified the bridge, "
        "which certified root A. On a server of A Windows ends the chain at root A and sends neither "
        "cross-certificate, although both are in its store.",
        question="What can A's server send that B accepts, and what must change on it?",
        answer="Server certificate, issuing CA, root A by bridge, bridge by root B. Windows sends that only if root A "
        "is not trusted on the server and root B is: impractical, so partners install the cross-certificates.",
        entities={
            "root-a": (ca_name("Enterprise A Root"), "P-384"),
            "root-b": (ca_name("Enterprise B Root"), "P-384"),
            "bridge": (ca_name("Lab Bridge CA"), "P-384"),
            "issuing-a": (ca_name("Enterprise A Issuing CA"), "P-256"),
            "www": (f"CN={HOST}", "P-256"),
        },
        certificates={
            "root-a": Issued("root-a", "root-a", ROOT),
            "root-b": Issued("root-b", "root-b", ROOT),
            "bridge-by-b": Issued("bridge", "root-b", CA),
            "root-a-by-bridge": Issued("root-a", "bridge", CA),
            "issuing-a": Issued("issuing-a", "root-a", CA),
            "www": server_certificate("www", "issuing-a", HOST),
        },
        stores={
            "LocalMachine/Root": ("root-a",),
            "LocalMachine/CA": ("issuing-a", "root-a-by-bridge", "bridge-by-b"),
        },
        sites=(Site("www", HOST, ("www", "issuing-a"), pfx=("issuing-a",)),),
        clients=(
            LabClient("employee-of-a", "openssl-3", ("root-a",)),
            LabClient("partner-b", "openssl-3", ("root-b",), accepts=False),
            LabClient("partner-b-java", "java-11", ("root-b",), accepts=False),
        ),
        commands=(
            'impact evidence.zip --change "untrust certificates/root-a.pem" '
            '--change "import certificates/root-b.pem into LocalMachine/Root"',
        ),
    )
