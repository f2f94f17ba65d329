"""Pieces of the Markdown pages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

__all__ = ["listed", "table"]


def table(headings: Sequence[str], rows: Iterable[Sequence[str]], *, left: int = 1) -> list[str]:
    """The lines of a table; columns after the first `left` are numbers, set on the right."""
    rule = "|" + "---|" * left + "---:|" * (len(headings) - left)
    lines = [f"| {' | '.join(cells)} |" for cells in (headings, *rows)]
    return [lines[0], rule, *lines[1:]]


def listed(names: Sequence[str]) -> str:
    """`"A, B and C"`."""
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))
