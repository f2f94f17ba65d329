"""Which models are shipped, by their cards alone: it is known without torch, which takes a second to load."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from lasynth.errors import CheckpointError
from lasynth.reading import parse_json, read_text

__all__ = ["default_name", "has_default", "is_shipped", "zoo_folder"]


def zoo_folder() -> Path:
    """Where the shipped models lie: in the package, or in the repository of an editable install."""
    packaged = Path(__file__).parent.parent / "zoo"
    return packaged if packaged.is_dir() else Path(__file__).parents[3] / "zoo"


def default_name(domain: str) -> str | None:
    """The shipped model that answers for a language when none is named: its card says `"default": true`.

    Raises:
        CheckpointError: a card cannot be read; the rest of it is checked when its model is loaded.
    """
    for path in sorted(zoo_folder().glob("*.json")):
        card = parse_json(read_text(path, error=CheckpointError), str(path), error=CheckpointError)
        if isinstance(card, Mapping) and card.get("default") and card.get("domain") == domain:
            return path.stem
    return None


def is_shipped(name: str) -> bool:
    """Whether there is a shipped model of this name, or one that answers for the language of this name."""
    return default_name(name) is not None or (zoo_folder() / f"{name}.safetensors").is_file()


def has_default(domain: str) -> bool:
    """Whether a shipped model answers for a language."""
    return default_name(domain) is not None
