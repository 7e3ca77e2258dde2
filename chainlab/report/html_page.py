"""What every HTML page is made with: escaping templates, the package's style, and a policy that allows nothing else."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from chainlab.escaping import visible

if TYPE_CHECKING:
    from jinja2 import Environment

DATA: Final = Path(__file__).parent / "data"

MAX_SHOWN: Final = 4_000
"""Characters of one printed value."""


def environment() -> Environment:
    """The package's templates, and how they print: escaped."""
    import jinja2

    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(DATA),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=_finalized,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _finalized(value: object) -> object:
    """What a template expression prints: text with everything invisible made visible."""
    if hasattr(value, "__html__"):
        return value
    return visible(str(value), MAX_SHOWN)


def markup(text: str) -> object:
    """Markup of chainlab's own making."""
    from markupsafe import Markup

    return Markup(text)  # noqa: S704 - own files, Graphviz' drawing, JSON from ``script_json``


def source(name: str) -> str:
    """A file of the package's data."""
    return (DATA / name).read_text(encoding="utf-8")


def policy(styles: Sequence[str], scripts: Sequence[str] = ()) -> str:
    """The page's Content-Security-Policy: just these inlined blocks, by their hashes, and nothing from elsewhere."""
    rules = ["default-src 'none'", f"style-src {_hashes(styles)}"]
    if scripts:
        rules.append(f"script-src {_hashes(scripts)}")
    return "; ".join([*rules, "base-uri 'none'", "form-action 'none'"])


def _hashes(texts: Sequence[str]) -> str:
    digests = (base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in texts)
    return " ".join(f"'sha256-{digest}'" for digest in digests)
