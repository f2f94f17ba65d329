"""The words of tables for the floor of a language."""

from __future__ import annotations

from typing import Final

from lasynth import domains
from lasynth.domains.unlearned import FloorWords
from lasynth.errors import InputError

__all__ = ["words_of"]

_NONE: Final = FloorWords(
    key="floor",
    name="floor",
    meaning="a search without learning is right",
    plain="plain",
    plain_from="the examples",
)


def words_of(domain: str) -> FloorWords:
    """The words for the floor of a language; general words where it has none or is unknown."""
    try:
        floor = domains.get(domain).floor
    except InputError:  # the package of the language may not be installed
        return _NONE
    return _NONE if floor is None else floor.words
