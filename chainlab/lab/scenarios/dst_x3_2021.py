"""DST Root CA X3, 2021-09-30: twins of Let's Encrypt's long chain."""

from dataclasses import replace

from chainlab.lab.pki import LEAF, Profile, day
from chainlab.lab.scenario import Issued, LabClient, Scenario, Site

HOST = "www.chainlab.example"
_DST = Profile(not_before=day("2000-09-30T21:12:19"), not_after=day("2021-09-30T14:01:15"))
_X1 = Profile(not_before=day("2015-06-04T11:04:38"), not_after=day("2035-06-04T11:04:38"))
_X1_BY_DST = Profile(not_before=day("2021-01-20T19:14:03"), not_after=day("2024-09-30T18:14:03"))
_R3 = Profile(not_before=day("2020-09-04"), not_after=day("2025-09-15T16:00:00"), path_length=0)
_LEAF = replace(LEAF, not_before=day("2021-08-15"), not_after=day("2021-11-13"), dns_names=(HOST,),
                key_encipherment=True)  # fmt: skip


def scenario(_size: int = 0) -> Scenario:
    """The scenario; RSA keys of 2048 bits are made quickly."""
    return Scenario(
        shows="2021-09-30: the root above Let's Encrypt's long chain expires, the cross-certificate by it does not.",
        story="Twins of the hierarchy of that day. Let's Encrypt went on to serve ISRG Root X1 by DST Root CA X3 "
        "although DST's root had expired, because Android does not look at the dates of its roots and old phones "
        "have no other way.",
        question="Send the short chain instead (without the cross-certificate). Who is won, and who is lost?",
        answer="OpenSSL 1.0.2 and its like are won, Android before 7.1.1 is lost: the choice that every operator had"
        " to make. Notebook 5 counts both.",
        entities={
            "dst": ("O=Digital Signature Trust Co., CN=DST Root CA X3", "RSA-2048"),
            "x1": ("C=US, O=Internet Security Research Group, CN=ISRG Root X1", "RSA-2048"),
            "r3": ("C=US, O=Let's Encrypt, CN=R3", "RSA-2048"),
            "www": (f"CN={HOST}", "RSA-2048"),
        },
        certificates={
            "dst": Issued("dst", "dst", _DST),
            "x1": Issued("x1", "x1", _X1),
            "x1-by-dst": Issued("x1", "dst", _X1_BY_DST),
            "r3": Issued("r3", "x1", _R3),
            "www": Issued("www", "r3", _LEAF),
        },
        stores={"LocalMachine/Root": ("dst",), "LocalMachine/CA": ("r3", "x1-by-dst")},
        sites=(Site("www", HOST, ("www", "r3", "x1-by-dst"), pfx=("r3", "x1-by-dst")),),
        clients=(
            LabClient("android-4", "android-4", ("dst",)),
            LabClient("openssl-1.0.2", "openssl-1.0.2", ("dst", "x1"), accepts=False),
            LabClient("openssl-1.1.1", "openssl-1.1.1", ("dst", "x1")),
            LabClient("openssl-dst-only", "openssl-1.1.1", ("dst",), accepts=False),
            LabClient("firefox", "mozpkix", ("x1",)),
        ),
        findings=("expired-in-chain",),
        commands=("diagnose --served handshake-www.txt --clients all --lab lab.json",),
        stands_for={
            "dst": "0687260331a72403d909f105e69bcf0d32e1bd2493ffc6d9206d11bcd6770739",
            "x1": "96bcec06264976f37460779acf28c5a7cfe8a3c0aae11a8ffcee05c0bddf08c6",
            "x1-by-dst": "6d99fb265eb1c5b3744765fcbc648f3cd8e1bffafdc4c2f99b9d47cf7ff1c24f",
            "r3": "67add1166b020ae61b8f5fc96813c04c2aa589960796865572a3c7e737613dfd",
        },
        at=day("2021-10-01"),
    )
