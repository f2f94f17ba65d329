"""The floor of each language: what is solved with no learning at all, and the words for it in tables.

For C it is the affine fit (`lasynth.search.affine`), for a language that can be searched for straight
programs the shortest sequence of actions (`lasynth.search.action_sequence`). A model is interesting where the
floor fails.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol

import numpy as np
import numpy.typing as npt

from lasynth.domains.base import Domain
from lasynth.search.action_sequence import ActionSequenceFit, HasActionFloor
from lasynth.search.affine import AffineFit, is_affine
from lasynth.search.verify import right_examples
from lasynth.task import Task

__all__ = ["Floor", "FloorWords", "floor_of", "words_of"]

Reference = npt.NDArray[np.int32] | None


@dataclass(frozen=True, slots=True)
class FloorWords:
    """What tables call a floor.

    Attributes:
        key: in JSON.
        name: in headings.
        meaning: of its column.
        plain: what the tasks are called that it is about (`lasynth.domains.source`).
        plain_from: what that is computed from where it is not given with a task.
        top1: whether the language's benchmark counts the likeliest program of the beam, so that tables show
            it.
    """

    key: str
    name: str
    meaning: str
    plain: str
    plain_from: str
    top1: bool = False


_AFFINE: Final = FloorWords(
    "affine_fit",
    "affine fit",
    "the smallest integer affine map of the shown examples is right; no learning",
    "affine",
    "the examples",
)
_STRAIGHT: Final = FloorWords(
    "straight_line_floor",
    "straight-line floor",
    "the shortest sequence of actions that fits the shown examples is right; no learning",
    "straight",
    "the runs of the reference",
    top1=True,
)
_WORDS: Final = {"c": _AFFINE, "karel": _STRAIGHT}


class Floor(Protocol):
    """Solves tasks with no learning."""

    def right(self, tasks: Sequence[Task]) -> list[bool | None]:
        """Whether what fits the shown examples of each task is right on those held out, too.

        None where the floor is not about such a task.
        """

    def is_plain(self, task: Task, reference: Reference) -> bool | None:
        """Whether a task is plain, with all of its examples known; None where that cannot be told."""


def floor_of(domain: Domain) -> Floor:
    """The floor of a language."""
    return ActionFloor(domain) if isinstance(domain, HasActionFloor) else AffineFloor()


def words_of(domain: str) -> FloorWords:
    """The words for the floor of the language of that name."""
    return _WORDS.get(domain, _AFFINE)


class AffineFloor:
    """The affine fit, for tasks that map lists to lists of the same length."""

    def right(self, tasks: Sequence[Task]) -> list[bool | None]:
        """See `Floor`."""
        maps = [task for task in tasks if _is_map_of_lists(task)]
        programs = iter(AffineFit().solve_many(maps))
        found: list[bool | None] = []
        for task in tasks:
            if not _is_map_of_lists(task):
                found.append(None)
                continue
            program = next(programs)
            known = program is not None and (
                not task.held_out or program.solves(*_lists(task, held_out=True))
            )
            found.append(known)
        return found

    def is_plain(self, task: Task, reference: Reference) -> bool | None:
        """See `Floor`: whether one affine map agrees with all examples."""
        return is_affine(*_lists(task, shown=True, held_out=True)) if _is_map_of_lists(task) else None


@dataclass(frozen=True, slots=True)
class ActionFloor:
    """The shortest sequence of actions that fits the shown examples.

    Attributes:
        domain: the language; it can be searched for such sequences.
    """

    domain: Domain

    def right(self, tasks: Sequence[Task]) -> list[bool | None]:
        """See `Floor`."""
        fit = ActionSequenceFit(self.domain)
        return [self._is_right(fit.solve(task), task) for task in tasks]

    def is_plain(self, task: Task, reference: Reference) -> bool | None:
        """See `Floor`: whether all runs of the reference take the same actions."""
        if reference is None or not isinstance(self.domain, HasActionFloor):
            return None
        inputs, _ = self.domain.encode(replace(task, examples=task.examples + task.held_out))
        return self.domain.same_actions(reference, inputs)

    def _is_right(self, tokens: Reference, task: Task) -> bool:
        if tokens is None or not task.held_out:
            return tokens is not None
        inputs, wanted = self.domain.encode(replace(task, examples=task.held_out))
        outputs, statuses = self.domain.run_batch(tokens[None], inputs)
        return bool(right_examples(outputs, statuses, wanted).all())


def _is_map_of_lists(task: Task) -> bool:
    """Whether inputs and outputs are lists of integers of one length: what an affine map can be of."""
    lists = [cells for example in task.examples for cells in (example.input, example.output)]
    return all(
        isinstance(cells, tuple)
        and len(cells) == len(lists[0])
        and all(isinstance(cell, int) for cell in cells)
        for cells in lists
    )


def _lists(task: Task, *, shown: bool = False, held_out: bool = False) -> tuple[Any, Any]:
    examples = (task.examples if shown else ()) + (task.held_out if held_out else ())
    return (
        np.array([example.input for example in examples]),
        np.array([example.output for example in examples]),
    )
