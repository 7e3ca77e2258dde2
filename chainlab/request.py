"""What is asked of a use case: the inputs, the moment, and the options."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from chainlab.catalog import Twins
from chainlab.clients import Profile
from chainlab.evidence import ReadOptions
from chainlab.plan import EACH_CLIENT_ONCE, Objective
from chainlab.records import dataclass, field
from chainlab.server import StoreName
from chainlab.server_state import Baseline

if TYPE_CHECKING:
    from chainlab.traffic import Traffic

Inputs = tuple[tuple[Path, StoreName | None], ...]


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked: inputs (with the store each stands for), the moment, and the options of the command line.

    ``server_inputs`` describe the server under the inputs; they are diagnosed themselves only where ``inputs`` hold no
    server certificate. ``served`` is a file with chains as they are on the wire (PEM in wire order, or any
    handshakes); then nothing is predicted. ``own_clients`` are profiles with the file of their roots. ``twins`` are
    laboratory certificates that stand for real ones everywhere. ``cross_check`` validates accepted paths again with
    pyhanko-certvalidator. ``objective`` weighs the clients for the plan, by ``traffic`` where access logs were read.
    ``imported`` is the folder of the encodings that the user has imported into the catalogue.
    """

    inputs: Inputs
    at: datetime
    selector: str = ""
    host: str = ""
    served: Path | None = None
    own_clients: tuple[tuple[Profile, Path], ...] = ()
    baseline: Baseline = field(default_factory=Baseline)
    reading: ReadOptions = field(default_factory=ReadOptions)
    twins: Twins | None = None
    with_plan: bool = True
    cross_check: bool = False
    server_inputs: Inputs = ()
    objective: Objective = EACH_CLIENT_ONCE
    traffic: Traffic | None = None
    imported: Path | None = None
