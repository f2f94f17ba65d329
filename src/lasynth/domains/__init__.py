"""Languages: one folder each, torch-free. `get` finds one by name."""

from __future__ import annotations

from importlib import import_module

from lasynth.domains.base import Domain
from lasynth.errors import InputError

__all__ = ["NAMES", "Domain", "get"]

# Every language: the module that holds its `DOMAIN`, imported when it is first asked for.
NAMES = {"c": "lasynth.domains.c.domain", "karel": "lasynth.domains.karel.domain"}


def get(name: str) -> Domain:
    """The language of that name.

    Raises:
        InputError: there is none.
    """
    if name not in NAMES:
        raise InputError(f"unknown domain {name!r}", hint=f"Known: {', '.join(sorted(NAMES))}.")
    domain: Domain = import_module(NAMES[name]).DOMAIN
    return domain
