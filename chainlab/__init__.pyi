from chainlab.api import (
    Drawing as Drawing,
)
from chainlab.api import (
    Options as Options,
)
from chainlab.api import (
    Page as Page,
)
from chainlab.api import (
    Result as Result,
)
from chainlab.api import (
    clients_of as clients_of,
)
from chainlab.api import (
    diagnose as diagnose,
)
from chainlab.api import (
    explain as explain,
)
from chainlab.api import (
    fleet as fleet,
)
from chainlab.api import (
    graph as graph,
)
from chainlab.api import (
    impact as impact,
)
from chainlab.api import (
    make_lab as make_lab,
)
from chainlab.api import (
    plan as plan,
)
from chainlab.api import (
    read as read,
)
from chainlab.api import (
    timeline as timeline,
)
from chainlab.api import (
    verify as verify,
)

__version__: str
