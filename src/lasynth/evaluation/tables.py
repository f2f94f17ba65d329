"""Records as tables: every protocol over all tasks and by group, as JSON, terminal text or Markdown."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from lasynth.domains.unlearned import FloorWords
from lasynth.evaluation.intervals import Rate
from lasynth.evaluation.record import Record
from lasynth.evaluation.words import words_of

__all__ = ["PROTOCOLS", "Group", "as_json", "as_markdown", "as_text", "columns", "groups", "table"]

# Protocols: the field of a record, the heading, what it means.
PROTOCOLS = (
    ("greedy", "greedy", "the model's first program, unfiltered, is right"),
    ("top1", "top-1 of {beam}", "the likeliest of {beam}, unfiltered, is right"),
    ("consistent", "consistent@{beam}", "the first of {beam} that satisfies the shown examples is right"),
    ("oracle", "oracle@{beam}", "some of {beam} is right"),
    ("completed", "completed", "as consistent@{beam}, and completed where no program satisfies them"),
    ("exact", "exact", "the program submitted for consistent@{beam} has the tokens of the reference"),
    ("floor", "{floor}", "{meaning}"),
)
_LENGTHS = (16, 32, 64, 128)
_WIDE = 116  # width on a terminal of the widest table of five protocols
_WIDER = 20  # additional width for a sixth


@dataclass(frozen=True, slots=True)
class Group:
    """Some of the tasks, and the rate of each protocol on them.

    Attributes:
        section: the grouping: `"all"`, `"kind"`, `"length"`, or named by the words for the floor, such as
            `"affine"` and `"affine_fit"`.
        label: the group in this section.
        num_tasks: the number of tasks.
        rates: rates by protocol, without protocols that are unknown for all tasks.
    """

    section: str
    label: str
    num_tasks: int
    rates: dict[str, Rate]


def groups(records: Sequence[Record], domain: str) -> list[Group]:
    """All tasks, then groups by kind, length of the reference, plain or not, and success of the floor."""
    words = words_of(domain)
    names = [name for name, _, _ in PROTOCOLS if any(getattr(record, name) is not None for record in records)]

    def group(section: str, label: str, members: Sequence[Record]) -> Group:
        rates = {name: Rate.of(getattr(record, name) for record in members) for name in names}
        return Group(section, label, len(members), rates)

    found = [group("all", "all", records)]
    sections: tuple[tuple[str, Callable[[Record], tuple[int, str] | None]], ...] = (
        ("kind", lambda record: None if record.kind is None else (0, record.kind)),
        ("length", lambda record: None if record.num_tokens is None else _bucket(record.num_tokens)),
        (words.plain, lambda record: _flag(record.plain, words.plain, f"not {words.plain}")),
        (words.key, lambda record: _flag(record.floor, f"{words.name} solves", f"{words.name} fails")),
    )
    for section, key_of in sections:
        members: dict[tuple[int, str], list[Record]] = {}
        for record in records:
            key = key_of(record)
            if key is not None:
                members.setdefault(key, []).append(record)
        found += [group(section, key[1], members[key]) for key in sorted(members)]
    return found


def as_json(records: Sequence[Record], domain: str) -> dict[str, Any]:
    """`{"totals": {protocol: rate}, "by_kind": {label: {protocol: rate}}, ...}`."""
    document: dict[str, Any] = {}
    for group in groups(records, domain):
        rates = {name: rate.to_json() for name, rate in group.rates.items()}
        if group.section == "all":
            document["totals"] = rates
        else:
            document.setdefault(f"by_{group.section}", {})[group.label] = rates
    return document


def as_markdown(records: Sequence[Record], domain: str, *, beam: int, title: str = "") -> str:
    """A Markdown table, with the meaning of its columns below."""
    words = words_of(domain)
    found = groups(records, domain)
    names = _columns(found, words)
    headings = ["tasks of", "tasks", *(_heading(name, beam, words) for name in names)]
    rows = [[one.label, str(one.num_tasks), *(str(one.rates[name]) for name in names)] for one in found]
    legend = [f"- {line}" for line in _legend(records, names, beam, words)]
    lines = [*([f"**{title}**", ""] if title else []), *table(headings, rows), "", *legend]
    return "\n".join(lines) + "\n"


def as_text(records: Sequence[Record], domain: str, *, beam: int, title: str = "", width: int = 120) -> str:
    """A table for a terminal of the given width, with the meaning of its columns below."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    words = words_of(domain)
    found = groups(records, domain)
    names = _columns(found, words)
    is_wide = width >= _WIDE + _WIDER * (len(names) > 5)
    padding = (0, int(is_wide), 0, 0)
    shown = Table(
        title=title or None, box=box.SIMPLE_HEAD, title_justify="left", pad_edge=False, padding=padding
    )
    shown.add_column("tasks of", no_wrap=is_wide)
    shown.add_column("tasks", justify="right", no_wrap=True)
    for name in names:
        shown.add_column(_heading(name, beam, words), justify="right", overflow="fold")
    for number, group in enumerate(found):
        last = number + 1 == len(found) or found[number + 1].section != group.section
        rates = (str(group.rates[name]) for name in names)
        if not is_wide:  # the interval goes below the share
            rates = (rate.replace(", ", ",").replace(" ", "\n") for rate in rates)
        shown.add_row(group.label, str(group.num_tasks), *rates, end_section=last)
    buffer = io.StringIO()
    console = Console(file=buffer, width=width, color_system=None, highlight=False, markup=False)
    console.print(shown)
    console.print("\n".join(_legend(records, names, beam, words)))
    # Rich pads lines to the full width.
    return "\n".join(line.rstrip() for line in buffer.getvalue().splitlines()) + "\n"


def table(headings: Sequence[str], rows: Iterable[Sequence[str]], *, left: int = 1) -> list[str]:
    """The lines of a Markdown table; columns after the first `left` are numbers, aligned to the right."""
    rule = "|" + "---|" * left + "---:|" * (len(headings) - left)
    lines = [f"| {' | '.join(cells)} |" for cells in (headings, *rows)]
    return [lines[0], rule, *lines[1:]]


def columns(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """The lines of a table for a terminal, of any width."""
    every = [tuple(headings), *map(tuple, rows)]
    widths = [max(len(row[column]) for row in every) for column in range(len(headings))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in every
    ]


def _columns(found: Sequence[Group], words: FloorWords) -> list[str]:
    """The protocols that a table of the language shows."""
    return [name for name in found[0].rates if name != "top1" or words.top1]


def _heading(name: str, beam: int, words: FloorWords) -> str:
    heading = next(heading for field, heading, _ in PROTOCOLS if field == name)
    return heading.format(beam=beam, floor=words.name)


def _legend(records: Sequence[Record], names: Sequence[str], beam: int, words: FloorWords) -> list[str]:
    lines = ['Per cent of tasks with the 95 % interval (Wilson). "Right": on shown and held-out examples.']
    for name, _, meaning in PROTOCOLS:
        if name in names:
            says = meaning.format(beam=beam, meaning=words.meaning)
            lines.append(f"{_heading(name, beam, words)}: {says}.")
    without = sum(record.num_held_out == 0 for record in records)
    if without:
        lines.append(f"{without} tasks have no held-out examples: there, right means on the shown ones only.")
    computed = sum(record.plain_computed for record in records)
    if computed:
        name = words.plain.capitalize()
        lines.append(f"{name} or not was computed from {words.plain_from} of {computed} tasks.")
    return lines


def _bucket(num_tokens: int) -> tuple[int, str]:
    low = 1
    for high in _LENGTHS:
        if num_tokens <= high:
            return high, f"{low}-{high} tokens"
        low = high + 1
    return low, f"{low}+ tokens"


def _flag(value: bool | None, yes: str, no: str) -> tuple[int, str] | None:
    if value is None:
        return None
    return (0, yes) if value else (1, no)
