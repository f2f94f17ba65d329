"""How often the answers of `solve` are right: solve@S and asked@q, by engine and time limit; how sure it was.

The words are those of docs/metrics.md: solve@S, the first answer of `solve` within S seconds is right on the
held-out examples; asked@q, the same after at most q answered questions, as `--ask` asks them. The tasks are
solved without their held-out examples.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any, Final

from lasynth.errors import InputError
from lasynth.evaluation.intervals import Rate
from lasynth.evaluation.significance import Pair
from lasynth.evaluation.tables import columns

__all__ = ["PORTFOLIO", "Attempt", "Solved", "render"]

PORTFOLIO: Final = "all"  # the method that is what `solve` does without --engine
_BINS: Final = (0.0, 0.25, 0.5, 0.75, 0.9, 0.97, 1.0)  # of confidences


@dataclass(frozen=True, slots=True)
class Attempt:
    """What became of one task with one method and one time limit.

    Attributes:
        method: `PORTFOLIO`, or the names of engines with "+" between them.
        limit_s: the time limit.
        right: whether the first answer is right on shown and held-out examples.
        some_right: whether one of the answers shown is.
        solved: whether there is an answer.
        confidence: of the first answer.
        engine: which found it; empty where there is none.
        num_functions: different functions that fit.
        seconds: the time taken.
        asked: whether the first answer is right after at most 1, 2, ... questions.
    """

    method: str
    limit_s: float
    right: bool
    some_right: bool
    solved: bool
    confidence: float
    engine: str
    num_functions: int
    seconds: float
    asked: tuple[bool, ...] = ()


@dataclass(frozen=True, slots=True)
class Solved:
    """The attempts at one task.

    Attributes:
        id: the name of the task.
        floor: whether the floor alone is right; None where the language has none.
        attempts: one for each method and time limit.
    """

    id: str | None
    floor: bool | None
    attempts: tuple[Attempt, ...]

    def attempt(self, method: str, limit_s: float) -> Attempt:
        """The one with a method and a time limit."""
        return next(one for one in self.attempts if (one.method, one.limit_s) == (method, limit_s))

    def to_line(self) -> str:
        """The task as a line of JSON."""
        return json.dumps(asdict(self), separators=(",", ":"))

    @classmethod
    def from_line(cls, line: str, where: str) -> Solved:
        """The task of such a line.

        Raises:
            InputError: it is none.
        """
        try:
            obj: Any = json.loads(line)
            attempts = tuple(Attempt(**one | {"asked": tuple(one["asked"])}) for one in obj["attempts"])
            return cls(obj["id"], obj["floor"], attempts)
        except (ValueError, TypeError, KeyError) as error:
            raise InputError(f"not a line of bench solve: {error}", where) from None


def render(solved: Sequence[Solved]) -> str:
    """Tables of shares in per cent with 95 % intervals: right, by what the floor can do, by confidence."""
    if not solved:
        return "No tasks.\n"
    lines = [f"{len(solved)} tasks; the floor alone: {Rate.of(one.floor for one in solved)} % right.", ""]
    keys = [(attempt.method, attempt.limit_s) for attempt in solved[0].attempts]
    by_key = {key: [one.attempt(*key) for one in solved] for key in keys}
    num_asked = max(len(attempt.asked) for attempts in by_key.values() for attempt in attempts)
    asked = [f"asked@{number}" for number in range(1, num_asked + 1)]
    head = ("method", "S", "solve@S", "floor wrong", "floor right", "some right", *asked, "s/task")
    rows: list[tuple[str, ...]] = []
    for (method, limit), attempts in by_key.items():
        pairs = list(zip(solved, attempts, strict=True))
        rows.append(
            (
                method,
                f"{limit:g}",
                str(Rate.of(a.right for a in attempts)),
                str(Rate.of(a.right for one, a in pairs if one.floor is False)),
                str(Rate.of(a.right for one, a in pairs if one.floor)),
                str(Rate.of(a.some_right for a in attempts)),
                *(str(Rate.of(a.asked[number] for a in attempts if a.asked)) for number in range(num_asked)),
                f"{sum(a.seconds for a in attempts) / len(attempts):.2f}",
            )
        )
    lines += [*columns(head, rows), ""]
    lines += _by_confidence(by_key)
    if compared := _compared(by_key):
        lines += [
            "",
            "The portfolio against a method alone at the same time, points (McNemar's test):",
            *compared,
        ]
    return "\n".join(lines) + "\n"


def _by_confidence(by_key: Mapping[tuple[str, float], Sequence[Attempt]]) -> list[str]:
    """How often answers of each method are right, at its longest time limit."""
    last = dict(sorted(by_key, key=lambda key: key[1]))
    answers = {
        method: [attempt for attempt in by_key[method, last[method]] if attempt.solved]
        for method in dict.fromkeys(method for method, _ in by_key)
    }
    rows = []
    for low, high in pairwise(_BINS):
        cells = []
        for attempts in answers.values():
            some = [a.right for a in attempts if low <= a.confidence < high or a.confidence == high == 1]
            cells.append(f"{Rate.of(some)}  ({len(some)})" if some else "-")
        rows.append((f"{low:g}-{high:g}", *cells))
    head = [f"{method}, {last[method]:g} s ({len(attempts)})" for method, attempts in answers.items()]
    return ["Right by confidence (answers):", *columns(("confidence", *head), rows)]


def _compared(by_key: Mapping[tuple[str, float], Sequence[Attempt]]) -> list[str]:
    rows = []
    for (method, limit), attempts in by_key.items():
        ours = by_key.get((PORTFOLIO, limit))
        if ours is None or method == PORTFOLIO:
            continue
        pair = Pair.of([a.right for a in ours], [a.right for a in attempts])
        low, high = pair.interval
        gain = f"{100 * pair.difference:+.1f} [{100 * low:.1f}, {100 * high:.1f}]"
        rows.append((method, f"{limit:g}", gain, f"{pair.p:.2g}"))
    return columns(("against", "S", "difference", "p"), rows) if rows else []
