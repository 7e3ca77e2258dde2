"""One name, two server certificates: only one of them has a chain that works everywhere."""

from dataclasses import replace

from chainlab.lab.scenario import CA, OLD_ROOT, ROOT, Issued, LabClient, Scenario, Site, ca_name, server_certificate

HOST = "www.lab.example"


def scenario(_size: int = 0) -> Scenario:
    """The scenario."""
    rsa = server_certificate("www-rsa", "issuing-rsa", HOST)
    return Scenario(
        shows="One name with an RSA and an ECDSA certificate: a client fails or not by which one the server picks.",
        story="The RSA certificate comes from the old hierarchy that everybody knows, the ECDSA certificate from a new "
        "one. A test with one client shows one of the two chains; each needs its own diagnosis.",
        question="With which cipher suites do you see each chain in `openssl s_client`?",
        answer="`-cipher aRSA` and `-cipher aECDSA` (TLS 1.2), or `-sigalgs` for TLS 1.3; `chainlab capture` does it "
        "by itself.",
        entities={
            "rsa-root": (ca_name("Lab RSA Root 2008"), "RSA-2048"),
            "ecc-root": (ca_name("Lab ECC Root 2021"), "P-384"),
            "issuing-rsa": (ca_name("Lab RSA Issuing CA"), "RSA-2048"),
            "issuing-ecc": (ca_name("Lab ECC Issuing CA"), "P-256"),
            "www-rsa": (f"CN={HOST}", "RSA-2048"),
            "www-ecc": (f"CN={HOST}", "P-256"),
        },
        certificates={
            "rsa-root": Issued("rsa-root", "rsa-root", OLD_ROOT),
            "ecc-root": Issued("ecc-root", "ecc-root", ROOT),
            "issuing-rsa": Issued("issuing-rsa", "rsa-root", CA),
            "issuing-ecc": Issued("issuing-ecc", "ecc-root", CA),
            "www-rsa": replace(rsa, profile=replace(rsa.profile, key_encipherment=True)),
            "www-ecc": server_certificate("www-ecc", "issuing-ecc", HOST),
        },
        stores={"LocalMachine/Root": ("rsa-root", "ecc-root"), "LocalMachine/CA": ("issuing-rsa", "issuing-ecc")},
        sites=(
            Site("www-rsa", HOST, ("www-rsa", "issuing-rsa"), pfx=("issuing-rsa",)),
            Site("www-ecc", HOST, ("www-ecc", "issuing-ecc"), pfx=("issuing-ecc",), endpoint="0.0.0.0:8443"),
        ),
        clients=(
            LabClient("older", "java-8", ("rsa-root",), accepts=("www-rsa",)),
            LabClient("current", "openssl-3", ("rsa-root", "ecc-root")),
        ),
        findings=("other-key-type-differs",),
    )
