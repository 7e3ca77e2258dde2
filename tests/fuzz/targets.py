"""All fuzz targets, in the order in which they run."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from tests.fuzz.constraints import constraints_target
from tests.fuzz.readers import reader_targets
from tests.fuzz.rendering import render_targets
from tests.fuzz.search import search_target
from tests.fuzz.target import Target


@cache
def targets() -> tuple[Target, ...]:
    """Readers first, then what is judged, then the renderers."""
    return (*reader_targets(), search_target(), constraints_target(), *render_targets())


def named(names: Sequence[str]) -> list[Target]:
    """The targets of these names, all without any; ``KeyError`` names one that is not there."""
    known = {target.name: target for target in targets()}
    return [known[name] for name in names] if names else list(known.values())
