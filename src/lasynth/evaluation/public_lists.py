"""Public tasks on lists that other people wrote, and what others measured on them.

The tasks are in the folder `public`, with their licences. They measure the product: no model is trained on
them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Final

from lasynth.evaluation.intervals import Rate
from lasynth.evaluation.solving import Solved
from lasynth.evaluation.tables import columns
from lasynth.task import Task

__all__ = ["PUBLIC", "PublicSet", "render"]


@dataclass(frozen=True, slots=True)
class PublicSet:
    """One set of tasks.

    Attributes:
        title: a heading.
        file: its name in the folder.
        right: when an answer is right.
        others: systems of others, what they do of these tasks, and where that is known from.
    """

    title: str
    file: str
    right: str
    others: tuple[tuple[str, str, str], ...] = ()

    def tasks(self) -> list[Task]:
        """The tasks."""
        text = (resources.files("lasynth.evaluation") / "public" / self.file).read_text(encoding="utf-8")
        return Task.parse(text, where=self.file, lines=True)


def _cvc5(right: float, unsolved: float) -> tuple[str, str, str]:
    return (
        "cvc5 (SyGuS over sequences), 10 s of CPU a task",
        f"{right} % right, none wrong, {unsolved} % unsolved",
        "experiments/peers_lists.py",
    )


PUBLIC: Final = {
    "list-functions": PublicSet(
        "List functions (Rule, Piantadosi and others, 2020): 116 of 250",
        "list_functions.jsonl",
        "the first answer reproduces the 5 shown examples and the 6 held-out ones",
        (
            (
                "enumerator of 120 lines of plain Python, 10 s a task",
                "60 % right, 5 % wrong",
                "measured on two cores of this kind, outside of this package",
            ),
            _cvc5(30.2, 69.8),
        ),
    ),
    "lambdabeam": PublicSet(
        "LambdaBeam (Shi, Dai, Li, Sutton and others, 2023): 96 of 200",
        "lambdabeam.jsonl",
        "the first answer reproduces all examples; none is held out",
        (_cvc5(14.6, 85.4),),
    ),
}


def render(public: PublicSet, solved: Sequence[Solved]) -> str:
    """A table of what became of the tasks by method and time limit, in per cent with 95 % intervals."""
    lines = [f"{public.title}; {len(solved)} tasks", f"Right: {public.right}.", ""]
    rows = []
    for method, limit in [(one.method, one.limit_s) for one in solved[0].attempts] if solved else []:
        attempts = [one.attempt(method, limit) for one in solved]
        rows.append(
            (
                method,
                f"{limit:g}",
                str(Rate.of(one.right for one in attempts)),
                str(Rate.of(one.solved and not one.right for one in attempts)),
                str(Rate.of(not one.solved for one in attempts)),
                f"{sum(one.seconds for one in attempts) / len(attempts):.2f}",
            )
        )
    lines += columns(("method", "S", "right", "wrong", "unsolved", "s/task"), rows)
    lines += [f"{name}: {found} ({source})" for name, found, source in public.others]
    return "\n".join(lines) + "\n"
