"""The trace study: how often what the latent executor believes is what the machine computes, step by step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from itertools import pairwise
from math import isfinite
from pathlib import Path
from typing import Any

from lasynth.errors import InputError
from lasynth.evaluation._result import read_json
from lasynth.evaluation.intervals import Rate

__all__ = ["Step", "TraceStudy", "page", "read_trace"]

_HINT = "docs/reports.md says what it holds."


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """The lists after one step of all programs that have so many.

    Attributes:
        step: from 1.
        cells: cells compared.
        agree: those where the executor's likeliest value is the machine's.
        lists: lists compared.
        lists_agree: those with every cell right.
        copy_agree: cells that would be right if the true list before the step were kept.
    """

    step: int
    cells: int
    agree: int
    lists: int
    lists_agree: int
    copy_agree: int

    @property
    def cell_rate(self) -> Rate:
        """Cells that agree."""
        return Rate(self.agree, self.cells)

    @property
    def list_rate(self) -> Rate:
        """Whole lists that agree."""
        return Rate(self.lists_agree, self.lists)

    @property
    def copy_rate(self) -> Rate:
        """Cells that keeping the list would have right."""
        return Rate(self.copy_agree, self.cells)


@dataclass(frozen=True, slots=True)
class TraceStudy:
    """A trace study.

    Attributes:
        title: in print.
        system: whose executor it is.
        num_tasks: tasks it was measured on.
        steps: by step.
        curve: `(programs, L_Exec)` during training.
        others: other systems on the same tasks.
    """

    title: str
    system: str
    num_tasks: int
    steps: tuple[Step, ...]
    curve: tuple[tuple[int, float], ...]
    others: tuple[TraceStudy, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """What the figure shows, with intervals."""
        return {
            "title": self.title,
            "system": self.system,
            "num_tasks": self.num_tasks,
            "steps": [
                asdict(step)
                | {
                    "cell_rate": step.cell_rate.to_json(),
                    "list_rate": step.list_rate.to_json(),
                    "copy_rate": step.copy_rate.to_json(),
                }
                for step in self.steps
            ],
            "curve": [{"programs": programs, "exec": loss} for programs, loss in self.curve],
            "others": [other.to_json() for other in self.others],
        }


def read_trace(path: Path) -> TraceStudy:
    """Read a trace study.

    Raises:
        InputError: no such file, damaged, or counts that cannot be.
    """
    return _read(read_json(path, _HINT), str(path))


def _read(obj: object, where: str) -> TraceStudy:
    if not isinstance(obj, Mapping):
        raise InputError("not a trace study", where, _HINT)
    for name, wanted in (
        ("title", str),
        ("system", str),
        ("num_tasks", int),
        ("steps", list),
        ("curve", list),
    ):
        if not isinstance(obj.get(name), wanted):
            raise InputError(f'"{name}" is missing, or of the wrong type', where, _HINT)
    if not obj["steps"]:
        raise InputError('"steps" is empty', where, _HINT)
    steps = tuple(_step(step, f"{where}, step {number}") for number, step in enumerate(obj["steps"], 1))
    if any(first.step >= second.step for first, second in pairwise(steps)):
        raise InputError("the steps are not in rising order", where, _HINT)
    curve = []
    for number, point in enumerate(obj["curve"], 1):
        fields_of: Mapping[str, Any] = point if isinstance(point, Mapping) else {}
        programs, loss = fields_of.get("programs"), fields_of.get("exec")
        if type(programs) is not int or not isinstance(loss, (int, float)) or not isfinite(loss):
            what = 'it needs "programs", a whole number, and "exec", a number'
            raise InputError(what, f"{where}, curve, point {number}", _HINT)
        curve.append((programs, float(loss)))
    listed = obj.get("others", [])
    if not isinstance(listed, list):
        raise InputError('"others" is no list', where, _HINT)
    others = tuple(_read(other, f"{where}, other system {number}") for number, other in enumerate(listed, 1))
    for other in others:
        mine = [(step.step, step.cells, step.lists) for step in steps]
        if [(step.step, step.cells, step.lists) for step in other.steps] != mine:
            raise InputError(f"{other.system} was measured on other lists", where, _HINT)
    return TraceStudy(obj["title"], obj["system"], obj["num_tasks"], steps, tuple(curve), others)


def _step(obj: object, where: str) -> Step:
    names = [field.name for field in fields(Step)]
    if not isinstance(obj, Mapping) or any(type(obj.get(name)) is not int for name in names):
        raise InputError(f"it needs {', '.join(names)}, all whole numbers", where, _HINT)
    step = Step(**{name: obj[name] for name in names})
    fits = (
        0 <= step.agree <= step.cells
        and 0 <= step.lists_agree <= step.lists <= step.cells
        and 0 <= step.copy_agree <= step.cells
    )
    if not fits:
        raise InputError("more agree than there are", where, _HINT)
    return step


def page(study: TraceStudy, picture: str) -> str:
    """The page of the study, as Markdown.

    Args:
        study: the numbers.
        picture: name of the figure's file, next to the page.
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
            f"- L_Exec of {one.system} in training: {first[1]:.3f} after {first[0]:,} programs,"
            f" {last[1]:.3f} after {last[0]:,}."
        )
    return "\n".join(lines) + "\n"


def _table(study: TraceStudy) -> list[str]:
    lines = [
        "| step | lists | cells agree | whole lists agree | keep the list, cells |",
        "|---:|---:|---:|---:|---:|",
    ]
    for step in study.steps:
        rates = map(str, (step.cell_rate, step.list_rate, step.copy_rate))
        lines.append("| " + " | ".join([str(step.step), f"{step.lists:,}", *rates]) + " |")
    return lines
