"""Walks over syntax trees of `lists`, and trees with other names."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from lasynth.domains.c.lists.syntax import Cell, Declaration, Name, Room, Stepped

__all__ = ["nodes", "renamed"]

T = TypeVar("T")
# The field of a node that is a name.
_NAMED = {Name: "name", Stepped: "name", Declaration: "name", Room: "name", Cell: "list"}


def nodes(tree: object) -> Iterator[Any]:
    """All nodes of a tree, or of several in a tuple, in the order of the text; a node before its parts."""
    if isinstance(tree, tuple):
        for part in tree:
            yield from nodes(part)
    elif dataclasses.is_dataclass(tree):
        yield tree
        for field in dataclasses.fields(tree):
            yield from nodes(getattr(tree, field.name))


def renamed(tree: T, names: Mapping[str, str]) -> T:
    """A tree, or several in a tuple, with other names for variables, parameters and lists."""
    if isinstance(tree, tuple):
        return tuple(renamed(part, names) for part in tree)  # type: ignore[return-value]
    if not dataclasses.is_dataclass(tree) or isinstance(tree, type):
        return tree
    changed = {}
    for field in dataclasses.fields(tree):
        value = getattr(tree, field.name)
        if _NAMED.get(type(tree)) == field.name:
            changed[field.name] = names.get(value, value)
        elif dataclasses.is_dataclass(value) or isinstance(value, tuple):
            changed[field.name] = renamed(value, names)
    return dataclasses.replace(tree, **changed) if changed else tree
