"""The trace study: how often the latent executor's beliefs agree with the machine, step by step."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, ClassVar

from lasynth.config import Config, Count, Size, read
from lasynth.evaluation._result import load
from lasynth.evaluation.intervals import Rate
from lasynth.evaluation.tables import table

__all__ = ["Point", "Step", "TraceStudy", "page", "read_trace"]

_HINT = "docs/reports.md says what it holds."


@dataclass(frozen=True, slots=True, kw_only=True)
class Step(Config):
    """The lists after one step, over all programs with at least that many steps.

    Attributes:
        step: number of the step, from 1.
        cells: number of compared cells.
        agree: number of cells where the executor's likeliest value is the machine's.
        lists: number of compared lists.
        lists_agree: number of lists with every cell right.
        copy_agree: number of cells that would be right if the true list before the step were kept.
    """

    WHERE: ClassVar[str] = "step"

    step: Size
    cells: Count
    agree: Count
    lists: Count
    lists_agree: Count
    copy_agree: Count

    def misfit(self) -> tuple[str, str] | None:
        """Inconsistent counts."""
        fits = max(self.agree, self.copy_agree, self.lists) <= self.cells and self.lists_agree <= self.lists
        return None if fits else ("more agree than there are", _HINT)

    @property
    def rates(self) -> tuple[Rate, Rate, Rate]:
        """The rates of cells, of whole lists, and of cells if the list were kept."""
        cells, keep = (Rate(agree, self.cells) for agree in (self.agree, self.copy_agree))
        lists = Rate(self.lists_agree, self.lists)
        return cells, lists, keep

    def to_json(self) -> dict[str, Any]:
        """The counts and their rates."""
        rates = zip(("cell_rate", "list_rate", "copy_rate"), self.rates, strict=True)
        return asdict(self) | {name: rate.to_json() for name, rate in rates}


@dataclass(frozen=True, slots=True)
class Point(Config):
    """L_Exec in training, after a number of programs."""

    WHERE: ClassVar[str] = "point"

    programs: Count
    exec: float


@dataclass(frozen=True, slots=True)
class TraceStudy(Config):
    """A trace study.

    Attributes:
        title: title in print.
        system: the system that the executor belongs to.
        num_tasks: number of tasks measured.
        steps: agreement by step.
        curve: L_Exec during training.
        others: studies of other systems on the same tasks.
    """

    WHERE: ClassVar[str] = "trace study"

    title: str
    system: str
    num_tasks: Count
    steps: tuple[Step, ...]
    curve: tuple[Point, ...]
    others: tuple[TraceStudy, ...] = ()

    def misfit(self) -> tuple[str, str] | None:
        """Steps out of order, or systems that cannot be compared."""
        if not self.steps or any(a.step >= b.step for a, b in pairwise(self.steps)):
            return "there are no steps, or they are not in rising order", _HINT
        for other in self.others:
            if other._compared != self._compared:
                return f"{other.system} was measured on other lists", _HINT
        return None

    @property
    def _compared(self) -> list[tuple[int, int, int]]:
        return [(step.step, step.cells, step.lists) for step in self.steps]

    def to_json(self) -> dict[str, Any]:
        """The data of the figure, with intervals."""
        steps, others = ([one.to_json() for one in many] for many in (self.steps, self.others))
        return asdict(self) | {"steps": steps, "others": others}


def read_trace(path: Path) -> TraceStudy:
    """Read a trace study.

    Raises:
        InputError: the file does not exist, is damaged, or has inconsistent counts.
    """
    return read(TraceStudy, load(path, _HINT), where=str(path))


def page(study: TraceStudy, picture: str) -> str:
    """The page of the study, as Markdown.

    Args:
        study: the numbers.
        picture: name of the figure's file, in the folder of the page.
    """
    lines = [
        f"# {study.title}",
        "",
        f"Written by `lasynth report`: {study.system} on {study.num_tasks:,} tasks. After each step of the",
        "reference program, the list that the latent executor believes in is compared with the one that the",
        "machine computes. *Keep the list* is the floor: the true list before the step, left as it is.",
        "",
        f"![Agreement by step, and L_Exec during training]({picture})",
        "",
        *_table(study),
    ]
    for other in study.others:
        lines += ["", f"**{other.system}**", "", *_table(other)]
    lines += [
        "",
        "- Per cent with the 95 % interval (Wilson). Cells of one list, and lists of one task, go right and",
        "  wrong together, so the intervals are narrower than they should be.",
        "- Later steps are of longer programs only: the tasks change along the axis, not only the step.",
    ]
    for one in (study, *study.others):
        if not one.curve:
            continue
        first, last = one.curve[0], one.curve[-1]
        lines.append(
            f"- L_Exec of {one.system} in training: {first.exec:.3f} after {first.programs:,} programs,"
            f" {last.exec:.3f} after {last.programs:,}."
        )
    return "\n".join(lines) + "\n"


def _table(study: TraceStudy) -> list[str]:
    headings = ["step", "lists", "cells agree", "whole lists agree", "keep the list, cells"]
    rows = [[str(step.step), f"{step.lists:,}", *map(str, step.rates)] for step in study.steps]
    return table(headings, rows, left=0)
