"""The R46 story: with the new root in the Root store, the cross-certificate is no longer sent."""

from chainlab.lab import sectigo
from chainlab.lab.scenario import Issued, LabClient, Scenario, Site

HOST = "www.chainlab.example"
_ROLES = ("aaa", "usertrust-rsa", "usertrust-rsa-by-aaa", "r46", "r46-by-usertrust", "r46-by-aaa", "ov-r36", "www")


def scenario(_size: int = 0) -> Scenario:
    """The scenario; its certificates are twins of real ones, with RSA keys of 2048 bits that are made quickly."""
    issued = {role: Issued(*sectigo.CERTIFICATES[role]) for role in _ROLES}
    subjects = {part.subject for part in issued.values()}
    return Scenario(
        shows="The new root is in the Root store beside the old one, and Windows stops sending the cross-certificate.",
        story="These are twins of Sectigo's R46 hierarchy: real names and dates, own keys. Windows has two ways up "
        "from R46: end there, or go on through the cross-certificate to USERTrust. Both are good, the short one wins, "
        "and clients from before 2021, which do not know R46, get no path. `lab.json` puts the twins where the real "
        "certificates stand, so that the real clients can be asked.",
        question="Which single change to the stores makes most clients accept, and how many accept then? Does deleting "
        "the R46 root instead last?",
        answer="Move the R46 root to Untrusted: 88 of 120 accept. Deleting it does the same until automatic root "
        "update brings it back: `chainlab plan` says so under 'What it costs'.",
        entities={role: (name, "RSA-2048") for role, (name, _) in sectigo.ENTITIES.items() if role in subjects},
        certificates=issued,
        stores={"LocalMachine/AuthRoot": ("r46", "usertrust-rsa"), "LocalMachine/CA": ("ov-r36", "r46-by-usertrust")},
        sites=(Site("www", HOST, ("www", "ov-r36"), pfx=("ov-r36", "r46-by-usertrust")),),
        clients=(
            LabClient("before-2021", "openssl-1.0.2", ("usertrust-rsa", "aaa"), accepts=False),
            LabClient("current", "openssl-3", ("r46", "usertrust-rsa")),
        ),
        findings=("cross-sign-unused",),
        commands=(
            "diagnose evidence.zip --lab lab.json",
            "explain evidence.zip --lab lab.json",
            "plan evidence.zip --lab lab.json",
        ),
        stands_for={role: sectigo.STANDS_FOR[role] for role in _ROLES if role in sectigo.STANDS_FOR},
    )
