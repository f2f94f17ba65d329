"""Terms: lists and numbers computed from lists and numbers, how they are found and how they are written."""

from lasynth.domains.c.lists.terms.search import prepare, programs

__all__ = ["prepare", "programs"]
