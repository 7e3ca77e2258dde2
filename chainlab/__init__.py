"""chainlab: which certificate chain will IIS serve, which clients will fail, and what to do about it. Offline.

The questions of ``chainlab.api`` can be asked here too, as in ``chainlab.diagnose("bundle.pfx")``; nothing is imported
before.
"""

import importlib
import sys
from types import ModuleType

__version__ = "0.1.0"

_QUESTIONS = frozenset({
    "Drawing", "Options", "Page", "Result", "clients_of", "diagnose", "explain", "fleet", "graph", "impact", "make_lab",
    "plan", "read", "timeline", "verify",
})  # fmt: skip


class _Question(ModuleType):
    """A module that has the name of a question (``chainlab.plan``): calling it asks."""

    def __call__(self, *inputs: object, **options: object) -> object:
        """Ask: the function of this name in ``chainlab.api``, which says what it takes."""
        return getattr(importlib.import_module("chainlab.api"), self.__name__.rpartition(".")[2])(*inputs, **options)


class _Package(ModuleType):
    """The import system sets each module as an attribute of its package; those named like questions can be called."""

    def __setattr__(self, name: str, value: object) -> None:
        if name in _QUESTIONS and type(value) is ModuleType:
            value.__class__ = _Question
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package


def __getattr__(name: str) -> object:
    if name in _QUESTIONS:
        answer = getattr(importlib.import_module("chainlab.api"), name)
        return globals().get(name, answer)  # a module of that name is there by now: it can be called
    raise AttributeError(f"module 'chainlab' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted({*globals(), *_QUESTIONS})
