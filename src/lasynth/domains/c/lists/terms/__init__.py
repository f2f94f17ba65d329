"""Lists and numbers computed from lists and numbers: terms, their enumeration, and how they are written as C."""

from lasynth.domains.c.lists.terms.search import programs

__all__ = ["programs"]
