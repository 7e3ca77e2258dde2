"""Symantec's distrust, 2018 to 2020: a root that nobody lost by a date, but by one root program after the other."""

from dataclasses import replace

from chainlab.lab.pki import LEAF, Profile, day
from chainlab.lab.scenario import CA, Issued, LabClient, Scenario, Site, ca_name

HOST = "www.chainlab.example"
_ROOT = Profile(not_before=day("2002-05-21T04:00:00"), not_after=day("2022-05-21T04:00:00"))
_ISSUING = Profile(not_before=day("2013-12-11"), not_after=day("2022-05-20"), path_length=0)
_LEAF = replace(LEAF, not_before=day("2017-11-01"), not_after=day("2021-01-30"), dns_names=(HOST,),
                key_encipherment=True)  # fmt: skip


def scenario(_size: int = 0) -> Scenario:
    """The scenario; RSA keys of 2048 bits are made quickly."""
    return Scenario(
        shows="2018 to 2020: a root is distrusted; a valid certificate under it loses its clients snapshot by "
        "snapshot.",
        story="A twin of GeoTrust Global CA. Nothing expires here: browsers stopped trusting the CA in 2018 by "
        "code, and root programs took the root out of their lists later, each in its time. Clients that got "
        "their list before go on accepting; the server's chain is as good as ever.",
        question="In which year did each family lose it? What can the operator do on the server?",
        answer="`chainlab clients trusts 'GeoTrust Global CA'` tells the snapshots. On the server nothing helps but a "
        "certificate of another CA: `chainlab plan` finds no change.",
        entities={
            "geotrust": ("C=US, O=GeoTrust Inc., CN=GeoTrust Global CA", "RSA-2048"),
            "issuing": ("C=US, O=GeoTrust Inc., CN=RapidSSL SHA256 CA", "RSA-2048"),
            "successor": (ca_name("Successor Root"), "P-384"),
            "www": (f"CN={HOST}", "RSA-2048"),
        },
        certificates={
            "geotrust": Issued("geotrust", "geotrust", _ROOT),
            "issuing": Issued("issuing", "geotrust", _ISSUING),
            "successor": Issued("successor", "successor", replace(CA, not_before=day("2017-01-01"))),
            "www": Issued("www", "issuing", _LEAF),
        },
        stores={"LocalMachine/Root": ("geotrust",), "LocalMachine/CA": ("issuing",)},
        sites=(Site("www", HOST, ("www", "issuing"), pfx=("issuing",)),),
        clients=(
            LabClient("list-of-2018", "openssl-1.1.1", ("geotrust", "successor")),
            LabClient("list-of-2020", "openssl-1.1.1", ("successor",), accepts=False),
        ),
        commands=("diagnose --served handshake-www.txt --clients all --lab lab.json",),
        stands_for={"geotrust": "ff856a2d251dcd88d36656f450126798cfabaade40799c722de4d2b5db36a73a"},
        at=day("2020-06-01"),
    )
