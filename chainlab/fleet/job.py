"""What is asked of every server of a fleet, and how one tells that two runs ask the same."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from chainlab import __version__
from chainlab.proposal import names_in, parse_phrase, read_phrases
from chainlab.records import dataclass, field
from chainlab.request import Request


@dataclass(frozen=True, slots=True)
class Job:
    """A request without inputs, and the change proposed to the whole fleet (none: empty).

    ``digest`` stands for all that an answer depends on beside the input itself; jobs are equal if it is.
    """

    digest: str
    request: Request = field(compare=False, repr=False)
    changes: tuple[str, ...] = field(compare=False, default=())
    change_files: tuple[Path, ...] = field(compare=False, default=())

    @classmethod
    def of(cls, request: Request, changes: Sequence[str] = (), change_files: Iterable[Path] = ()) -> Job:
        """The job; files that it names are read for their content."""
        files = tuple(change_files)
        asked = question(request, changes, files)
        return cls(digest_of(asked), request, tuple(changes), files)

    @property
    def proposes(self) -> bool:
        """Whether a change is proposed."""
        return bool(self.changes or self.change_files)


def question(request: Request, changes: Sequence[str], change_files: Sequence[Path]) -> dict[str, Any]:
    """All that is asked, as plain data: what two runs must have in common for one to continue the other."""
    phrases = [*map(parse_phrase, changes), *(phrase for file in change_files for phrase in read_phrases(file))]
    return {
        "chainlab": __version__,
        "at": request.at.isoformat(),
        "clients": request.selector,
        "host": request.host,
        "server": repr(request.baseline),
        "server_inputs": [[_content(path), str(store) if store else ""] for path, store in request.server_inputs],
        "own_clients": [[repr(profile), _content(path)] for profile, path in request.own_clients],
        "twins": _hash(json.dumps({k: v.hex() for k, v in sorted((request.twins or {}).items())}).encode()),
        "catalog": _content(request.imported) if request.imported is not None else "",
        "traffic": _weights(request.objective.weights),
        "limits": repr(request.reading.limits),
        "check_keys": request.reading.check_keys,
        "changes": [phrase.text for phrase in phrases],
        "change_files": [_content(Path(name)) for name in names_in(phrases)],
    }


def digest_of(asked: Mapping[str, Any]) -> str:
    """The hash of a question."""
    return _hash(json.dumps(asked, sort_keys=True).encode())


def _weights(weights: Mapping[str, int] | None) -> str:
    return _hash(repr(sorted(weights.items())).encode()) if weights is not None else ""


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _content(path: Path) -> str:
    """The hash of a file, or of all files below a directory; empty where there is none (it is no file's name)."""
    try:
        if path.is_dir():
            files = sorted(file for file in path.rglob("*") if file.is_file())
            return _hash("".join(file.relative_to(path).as_posix() + _content(file) for file in files).encode())
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (OSError, ValueError):
        return ""


__all__ = ["Job", "digest_of", "question"]
