"""The laboratory's scenarios: each module here is one, found by its name (``_`` for ``-``).

A module has ``scenario(size) -> Scenario``; ``size`` is the number of CAs where the scenario can have any
(``MAX_SIZE`` says how many, and ``DEFAULT_SIZE``), else it is not looked at.
"""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING

from chainlab.errors import UsageError

if TYPE_CHECKING:
    from chainlab.lab.scenario import Scenario


def scenario_names() -> list[str]:
    """Every scenario's name, sorted."""
    return sorted(module.name.replace("_", "-") for module in pkgutil.iter_modules(__path__))


def load_scenario(name: str, size: int | None = None) -> Scenario:
    """The scenario of this name. ``UsageError`` for an unknown name or a size that it cannot have."""
    if name not in scenario_names():
        raise UsageError(f"no scenario is called '{name}'; there are {', '.join(scenario_names())}")
    module = importlib.import_module(f"{__name__}.{name.replace('-', '_')}")
    most = getattr(module, "MAX_SIZE", 0)
    if size is not None and not most:
        raise UsageError(f"the scenario '{name}' has one size only; leave --size")
    if size is not None and not 2 <= size <= most:
        raise UsageError(f"--size {size}: the scenario '{name}' takes 2 to {most}")
    made: Scenario = module.scenario(size or getattr(module, "DEFAULT_SIZE", 0))
    return made
