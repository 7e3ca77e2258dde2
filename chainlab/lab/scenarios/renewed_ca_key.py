"""A CA that was renewed with a new key: same name, other entity."""

from dataclasses import replace

from chainlab.lab.pki import day
from chainlab.lab.scenario import CA, ROOT, Issued, LabClient, Scenario, Site, ca_name, server_certificate

HOST = "www.lab.example"


def scenario(_size: int = 0) -> Scenario:
    """The scenario."""
    issuing = ca_name("Lab Issuing CA")
    return Scenario(
        shows="The issuing CA was renewed with a new key, and the server still holds the certificate of the old key.",
        story="Both certificates of the CA carry the same name, but they are different entities: only the new key "
        "signed the server certificate. The store holds the old one. Having nothing better, Windows takes it "
        "by its name, notes that the signature does not fit, and sends it: a chain that looks complete and "
        "helps nobody.",
        question="How do you see without cryptography that the CA certificate in the store is not the issuer?",
        answer="The server certificate's authority key identifier is not the subject key identifier of that CA "
        "certificate (`certutil -dump`, or `openssl x509 -ext authorityKeyIdentifier`).",
        entities={
            "root": (ca_name("Lab Root 2021"), "P-384"),
            "issuing-2021": (issuing, "P-256"),
            "issuing-2026": (issuing, "P-256"),
            "www": (f"CN={HOST}", "P-256"),
        },
        certificates={
            "root": Issued("root", "root", ROOT),
            "issuing-2021": Issued("issuing-2021", "root", CA),
            "issuing-2026": Issued("issuing-2026", "root", replace(CA, not_before=day("2026-06-01"))),
            "www": server_certificate("www", "issuing-2026", HOST),
        },
        stores={"LocalMachine/Root": ("root",), "LocalMachine/CA": ("issuing-2021",)},
        sites=(Site("www", HOST, ("www", "issuing-2021")),),
        findings=("issuer-renewed",),
        clients=(
            LabClient("openssl", "openssl-3", ("root",), accepts=False),
            LabClient("java", "java-17", ("root",), accepts=False),
        ),
        commands=('impact evidence.zip --change "import certificates/issuing-2026.pem into LocalMachine/CA"',),
    )
