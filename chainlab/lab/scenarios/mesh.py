"""Every CA certifies every other: many ways up, and one of them is sent."""

from itertools import permutations

from chainlab.lab.scenario import ROOT, Issued, LabClient, Scenario, Site, ca_name, server_certificate

HOST = "www.lab.example"
DEFAULT_SIZE = 4
MAX_SIZE = 12
"""132 cross-certificates; the paths among them are far too many to walk, which is what the budget is for."""


def scenario(size: int = DEFAULT_SIZE) -> Scenario:
    """The scenario with so many CAs."""
    cas = [f"ca-{number}" for number in range(1, size + 1)]
    crosses = {f"{subject}-by-{issuer}": Issued(subject, issuer, ROOT) for subject, issuer in permutations(cas, 2)}
    last = cas[-1]
    return Scenario(
        shows="A mesh of CAs that all certify each other: the number of paths explodes, the search must not.",
        story=f"{size} CAs, each with its own root certificate and one by every other CA. The server trusts the last "
        "one only and holds all cross-certificates. Windows finds the shortest way; a client that trusts another CA "
        "depends on which cross-certificate happens to be sent.",
        question="Who accepts, and how many candidate chains does `explain` show? Try `--size`.",
        answer="The client that trusts the CA at the end of the served chain, and one that knows the first CA. There"
        " are 1 + (n-2) + (n-2)(n-3) + … ways from the first CA to the last.",
        entities={
            **{role: (ca_name(f"Lab Mesh CA {role[3:]}"), "P-256") for role in cas},
            "www": (f"CN={HOST}", "P-256"),
        },
        certificates={
            **{role: Issued(role, role, ROOT) for role in cas},
            **crosses,
            "www": server_certificate("www", "ca-1", HOST),
        },
        stores={"LocalMachine/Root": (last,), "LocalMachine/CA": tuple(crosses)},
        sites=(Site("www", HOST, ("www", f"ca-1-by-{last}"), pfx=(f"ca-1-by-{last}",)),),
        clients=(
            LabClient("trusts-the-last", "openssl-3", (last,)),
            LabClient("trusts-the-first", "openssl-3", ("ca-1",)),
            *([LabClient("trusts-another", "openssl-3", ("ca-2",), accepts=False)] if size > 2 else []),
        ),
    )
