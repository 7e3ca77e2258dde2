"""AddTrust, 2020-05-30: twins of the chain that stopped half of the old clients."""

from dataclasses import replace

from chainlab.lab import sectigo
from chainlab.lab.pki import LEAF, Profile, day
from chainlab.lab.scenario import Issued, LabClient, Scenario, Site

HOST = "www.chainlab.example"
_ROLES = ("addtrust", "usertrust-rsa", "usertrust-rsa-by-addtrust")
_DV = "C=GB, ST=Greater Manchester, L=Salford, O=Sectigo Limited, CN=Sectigo RSA Domain Validation Secure Server CA"
_ISSUING = Profile(not_before=day("2018-11-02"), not_after=day("2030-12-31T23:59:59"), path_length=0, hash="sha384")
_LEAF = replace(LEAF, not_before=day("2019-09-01"), not_after=day("2020-12-01"), dns_names=(HOST,),
                key_encipherment=True)  # fmt: skip
_DV_SHA256 = "7fa4ff68ec04a99d7528d5085f94907f4d1dd1c5381bacdc832ed5c960214676"


def scenario(_size: int = 0) -> Scenario:
    """The scenario; RSA keys of 2048 bits are made quickly."""
    issued = {role: Issued(*sectigo.CERTIFICATES[role]) for role in _ROLES}
    return Scenario(
        shows="2020-05-30: AddTrust's root and the cross-certificate by it expire; servers go on sending it.",
        story="Twins of the hierarchy of that day. The server sends USERTrust by AddTrust, as most did, for the "
        "sake of devices that do not know USERTrust. From 10:48:38 UTC on it is expired. Every client of the "
        "last years knew USERTrust itself, and many failed all the same.",
        question="Which of the real clients fail on 2020-05-31 that accepted on 2020-05-29, although USERTrust is in "
        "their store? (`--at`, `--clients all`)",
        answer="Those that follow what was sent: OpenSSL before 1.1.1 (1.0.2 without trusted-first), GnuTLS before "
        "3.6.14 and everything built on them. Notebook 5 counts them.",
        entities={
            **{role: (sectigo.ENTITIES[role][0], "RSA-2048") for role in ("addtrust", "usertrust-rsa")},
            "dv": (_DV, "RSA-2048"),
            "www": (f"CN={HOST}", "RSA-2048"),
        },
        certificates={
            **issued,
            "dv": Issued("dv", "usertrust-rsa", _ISSUING),
            "www": Issued("www", "dv", _LEAF),
        },
        stores={"LocalMachine/Root": ("addtrust",), "LocalMachine/CA": ("dv", "usertrust-rsa-by-addtrust")},
        sites=(Site("www", HOST, ("www", "dv", "usertrust-rsa-by-addtrust"), pfx=("dv", "usertrust-rsa-by-addtrust")),),
        clients=(
            LabClient("openssl-1.0.1", "openssl-1.0.1", ("addtrust", "usertrust-rsa"), accepts=False),
            LabClient("openssl-1.1.1", "openssl-1.1.1", ("addtrust", "usertrust-rsa")),
            LabClient("gnutls-3.6.13", "gnutls-3.6.13", ("addtrust", "usertrust-rsa"), accepts=False),
            LabClient("firefox", "mozpkix", ("addtrust", "usertrust-rsa")),
            LabClient("addtrust-only", "java-8", ("addtrust",), accepts=False),
        ),
        findings=("expired-in-chain",),
        commands=("diagnose --served handshake-www.txt --clients all --lab lab.json",),
        stands_for={**{role: sectigo.STANDS_FOR[role] for role in _ROLES}, "dv": _DV_SHA256},
        at=day("2020-05-31"),
    )
