"""Languages: one folder each, torch-free. `get` finds one by name.

A package of others adds a language by an entry point of the group `lasynth.languages`, whose name is that of
the language and whose value is `MODULE:ATTRIBUTE` of its `Language` (docs/new-language.md).
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from importlib import import_module, metadata
from typing import TYPE_CHECKING, Final

from lasynth.errors import InputError
from lasynth.quoting import cut

if TYPE_CHECKING:  # a list of names must not load NumPy
    from lasynth.domains.base import Language

__all__ = ["DEFAULT", "Language", "get", "names", "widening"]

GROUP: Final = "lasynth.languages"
# The languages of this package: the module that holds each `LANGUAGE`, imported when it is first asked for.
_OWN: Final = {
    "c": "lasynth.domains.c.language",
    "c-lists": "lasynth.domains.c.lists.language",
    "karel": "lasynth.domains.karel.language",
}
# The language of a task that names none.
DEFAULT: Final = next(iter(_OWN))


def names() -> list[str]:
    """The names of all languages: those of this package first, then those of others."""
    return [*_OWN, *sorted(_entry_points().keys() - _OWN.keys())]


def widening(name: str) -> Iterator[Language]:
    """The language of that name, then those that take what it does not, each wider than the one before.

    A wider one is loaded when it is asked for.

    Raises:
        InputError: as `get`.
    """
    following: str | None = name
    while following is not None:
        language = get(following)
        yield language
        following = language.wider


@functools.cache
def get(name: str) -> Language:
    """The language of that name.

    Raises:
        InputError: there is none, or the package that offers it cannot be loaded.
    """
    if name in _OWN:
        found: Language = import_module(_OWN[name]).LANGUAGE
        return found
    others = _entry_points()
    if name not in others:
        known = ", ".join(f'"{known}"' for known in names())
        raise InputError(f'unknown domain "{cut(name)}"', hint=f"Known: {known}.")
    try:
        loaded = others[name].load()
    except Exception as error:
        what = f'the language "{name}" cannot be loaded: {error}'
        raise InputError(what, others[name].value, "Install its package again, or remove it.") from error
    registered: Language = loaded
    return registered


@functools.cache
def _entry_points() -> dict[str, metadata.EntryPoint]:
    return {point.name: point for point in metadata.entry_points(group=GROUP)}


def __getattr__(name: str) -> object:
    if name == "Language":
        return import_module("lasynth.domains.base").Language
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
