"""The classic: the issuing CA is not on the server."""

from chainlab.lab.scenario import CA, ROOT, Issued, LabClient, Scenario, Site, ca_name, server_certificate

HOST = "www.lab.example"


def scenario(_size: int = 0) -> Scenario:
    """The scenario."""
    return Scenario(
        shows="The certificate of the issuing CA is missing on the server, which sends its own certificate alone.",
        story="Nobody imported the issuing CA with the server certificate. Every client knows the root, and none can "
        "get there; in the browser it may look fine, because browsers keep intermediates they have seen elsewhere.",
        question="Which file that the CA hands out heals it, and in which store does it belong?",
        answer="The issuing CA's certificate (`certificates/issuing.pem` here), in LocalMachine/CA (Intermediate "
        "Certification Authorities). The impact command below shows that every client accepts then.",
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
        stores={"LocalMachine/Root": ("root",)},
        sites=(Site("www", HOST, ("www",)),),
        clients=(
            LabClient("openssl", "openssl-3", ("root",), accepts=False),
            LabClient("java", "java-17", ("root",), accepts=False),
            LabClient("firefox", "mozpkix", ("root",), accepts=False),
        ),
        findings=("missing-intermediate",),
        commands=('impact evidence.zip --change "import certificates/issuing.pem into LocalMachine/CA"',),
    )
