"""Our data classes are the standard library's in all that the package relies on."""

from __future__ import annotations

import copy
import dataclasses
import importlib
import inspect
import math
import pickle
import pkgutil
from collections.abc import Iterator
from typing import Any, Self

import pytest

import chainlab
from chainlab.records import dataclass, field


def modules() -> Iterator[str]:
    """Every module of the package that needs no extra to be imported."""
    for module in pkgutil.walk_packages(chainlab.__path__, "chainlab."):
        if not module.name.endswith("__main__"):
            yield module.name


def records() -> list[type]:
    """Every data class of the package, by name."""
    found: dict[str, type] = {}
    for name in modules():
        for each in vars(importlib.import_module(name)).values():
            if isinstance(each, type) and each.__module__ == name and dataclasses.is_dataclass(each):
                found[f"{name}.{each.__qualname__}"] = each
    return [found[name] for name in sorted(found)]


def twin(record: type) -> type:
    """A class with the same fields, made by the standard library."""
    fields = []
    for each in dataclasses.fields(record):
        options = {name: getattr(each, name) for name in ("default", "default_factory", "init", "repr", "compare")}
        fields.append((each.name, each.type, dataclasses.field(**options)))
    return dataclasses.make_dataclass(record.__name__, fields, frozen=True)


def test_the_package_has_many_of_them() -> None:
    assert len(records()) > 200


@pytest.mark.parametrize("record", records(), ids=lambda record: f"{record.__module__}.{record.__name__}")
def test_it_is_called_with_the_same_arguments_and_has_the_same_fields_in_patterns(record: type) -> None:
    expected = twin(record)
    ours = inspect.signature(record).parameters.values()
    theirs = inspect.signature(expected).parameters.values()
    assert [(each.name, each.kind) for each in ours] == [(each.name, each.kind) for each in theirs]
    assert [each.name for each in ours if each.default is inspect.Parameter.empty] == [
        each.name for each in theirs if each.default is inspect.Parameter.empty
    ]
    assert record.__match_args__ == expected.__match_args__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Ours:
    """Every kind of field."""

    first: int
    rest: tuple[int, ...] = ()
    made: list[int] = field(default_factory=list, compare=False)
    hidden: str = field(default="", repr=False)
    later: float = field(init=False, default=0.0)

    def moved(self) -> Self:
        """A copy with another first."""
        return dataclasses.replace(self, first=self.first + 1)


@dataclasses.dataclass(frozen=True)
class Theirs:
    """The same, by the standard library."""

    first: int
    rest: tuple[int, ...] = ()
    made: list[int] = dataclasses.field(default_factory=list, compare=False)
    hidden: str = dataclasses.field(default="", repr=False)
    later: float = dataclasses.field(init=False, default=0.0)


ARGUMENTS: list[tuple[Any, ...]] = [(1,), (1, (2,)), (1, (), [3]), (1, (), [], "x"), (math.nan,)]


@pytest.mark.parametrize("one", ARGUMENTS, ids=str)
@pytest.mark.parametrize("other", ARGUMENTS, ids=str)
def test_equality_hash_and_representation_are_the_same(one: tuple[Any, ...], other: tuple[Any, ...]) -> None:
    assert (Ours(*one) == Ours(*other)) == (Theirs(*one) == Theirs(*other))
    assert len({Ours(*one), Ours(*other)}) == len({Theirs(*one), Theirs(*other)})
    assert repr(Ours(*one)) == repr(Theirs(*one)).replace("Theirs", "Ours")
    assert dataclasses.asdict(Ours(*one)) == dataclasses.asdict(Theirs(*one))


def test_one_equals_nothing_of_another_class() -> None:
    assert Ours(1) != Theirs(1)


def test_every_instance_gets_a_default_of_its_own() -> None:
    assert Ours(1).made is not Ours(1).made


def test_a_frozen_one_cannot_be_changed() -> None:
    record = Ours(1)
    with pytest.raises(dataclasses.FrozenInstanceError):
        record.first = 2  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError):
        del record.first
    assert record.first == 1


def test_copies_pickles_and_replacements_are_equal_to_what_they_copy() -> None:
    record = Ours(1, (2,), [3], "x")
    for made in (copy.copy(record), copy.deepcopy(record), pickle.loads(pickle.dumps(record))):
        assert made == record
        assert made.made == [3]
    assert record.moved() == Ours(2, (2,), [3], "x")


@dataclass(slots=True)
class Open:
    """One that can be changed, and that does something when it is made."""

    text: str
    size: int = field(init=False)

    def __post_init__(self) -> None:
        self.size = len(self.text)


def test_one_that_can_be_changed_has_no_hash_and_is_completed_after_it_is_made() -> None:
    record = Open("abc")
    assert record.size == 3
    record.text = "d"
    assert record.text == "d"
    with pytest.raises(TypeError, match="unhashable"):
        hash(record)


@dataclass(frozen=True, slots=True)
class Named:
    """One that says itself what is equal."""

    name: str

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Named) and self.name.casefold() == other.name.casefold()

    def __hash__(self) -> int:
        return hash(self.name.casefold())

    def __repr__(self) -> str:
        return f"<{self.name}>"


def test_methods_of_the_class_itself_stay() -> None:
    assert len({Named("a"), Named("A")}) == 1
    assert repr(Named("a")) == "<a>"


@dataclass(frozen=True, slots=True)
class Empty:
    """No fields at all."""


def test_those_without_fields_are_all_equal() -> None:
    assert len({Empty(), Empty()}) == 1
    assert repr(Empty()) == "Empty()"
