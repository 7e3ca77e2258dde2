"""The new root is among the untrusted certificates, and the cross-certificate is sent again."""

from chainlab.lab.scenario import LabClient, Scenario, Site
from chainlab.lab.scenarios.cross_sign import CERTIFICATES, ENTITIES, HOST


def scenario(_size: int = 0) -> Scenario:
    """The scenario."""
    return Scenario(
        shows="The new root is in Untrusted as well as in Root: Windows takes the way through the cross-certificate.",
        story="Untrusted means that one certificate, the self-signed one. The cross-certificate has the same name and "
        "key but is another certificate, so the long chain stays good and is sent. Clients that know the new root end "
        "there as before.",
        question="What happens if the cross-certificate is deleted too?",
        answer="Then no trusted way up is left: Windows sends what it has, and only clients that trust the new root "
        "accept. The untrusted root also counts for every other program of this server: `impact` shows it as "
        "outbound TLS.",
        entities=ENTITIES,
        certificates=CERTIFICATES,
        stores={
            "LocalMachine/Root": ("old-root", "new-root"),
            "LocalMachine/CA": ("issuing", "new-root-by-old"),
            "LocalMachine/Disallowed": ("new-root",),
        },
        sites=(Site("www", HOST, ("www", "issuing", "new-root-by-old"), pfx=("issuing", "new-root-by-old")),),
        clients=(
            LabClient("old-only", "openssl-1.0.2", ("old-root",)),
            LabClient("new-only", "mozpkix", ("new-root",)),
            LabClient("both", "java-17", ("new-root", "old-root")),
        ),
        commands=('impact evidence.zip --change "delete certificates/new-root-by-old.pem"',),
    )
