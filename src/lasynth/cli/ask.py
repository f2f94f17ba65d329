"""`lasynth solve --ask`: asks for outputs until the examples determine the function."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from lasynth.cli.answer import LETTERS, show_question
from lasynth.cli.console import note

if TYPE_CHECKING:
    from lasynth.outcome import Outcome, Question
    from lasynth.task import Task

__all__ = ["ask"]


def ask(task: Task, outcome: Outcome) -> tuple[Task, Outcome]:
    """Ask the questions of an outcome on the terminal, one after the other.

    It ends when the outcome is sure, when nothing is left to ask, or with an empty line.

    Returns:
        The task with the answers as further examples, and its outcome.
    """
    from lasynth.errors import InputError

    while outcome.question is not None and not outcome.sure:
        asked = outcome.question
        print(f"{outcome.num_functions} different functions fit the {len(task.examples)} examples.")
        show_question(task, asked)
        noun = task.language.values.noun
        print(f"Which is right? A letter, another {noun}, or nothing to stop: ", end="", flush=True)
        line = sys.stdin.readline()
        if not sys.stdin.isatty():
            print(line.rstrip("\n"))  # a terminal has shown it
        if not line.strip():
            break
        try:
            output = _read(line.strip(), asked, task)
            outcome = outcome.answer(output)
        except InputError as error:
            note(str(error))
            continue
        task = task.plus(asked.input, output)
        print()
    return task, outcome


def _read(line: str, asked: Question, task: Task) -> Any:
    """The output that a person means."""
    known = dict(zip(LETTERS, asked.answers, strict=False))
    if line in known:
        return known[line][0]
    values = task.language.values
    # Whether a single number is a number or a list of one cell depends on the other outputs.
    texts = [*(values.to_text(example.output) for example in task.examples), line]
    return values.text_reader(texts, outputs=True)(line, "answer")
