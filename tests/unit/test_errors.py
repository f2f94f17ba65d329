from __future__ import annotations

import pickle
from enum import IntEnum

import pytest

from lasynth.domains.base import Status
from lasynth.errors import (
    CheckpointError,
    InputError,
    LasynthError,
    ProgramError,
    RunError,
    ShardError,
)


@pytest.mark.parametrize("kind", [InputError, CheckpointError, ShardError])
def test_a_located_error_says_where_what_and_what_to_do(kind: type[InputError]) -> None:
    assert str(kind("it is empty")) == "it is empty"
    assert str(kind("it is empty", "a.json")) == "a.json: it is empty"
    assert str(kind("it is empty", hint="Fill it.")) == "it is empty. Fill it."
    assert str(kind("it is empty", "a.json", "Fill it.")) == "a.json: it is empty. Fill it."


def test_a_program_error_points_at_the_place() -> None:
    error = ProgramError(
        "unexpected '+'",
        source="int l_0;\n\ta[0] = + 1;\n",
        line=2,
        column=9,
        expected=["a name", "a number"],
    )
    assert str(error).split("\n") == [
        "line 2, column 9: unexpected '+', expected a name or a number",
        "   a[0] = + 1;",
        "          ^",
    ]


@pytest.mark.parametrize(
    ("expected", "words"),
    [((), "no"), (("x",), "no, expected x"), (("x", "y", "z"), "no, expected x, y or z")],
)
def test_a_program_error_lists_what_was_expected(expected: tuple[str, ...], words: str) -> None:
    assert str(ProgramError("no", expected=expected)) == words


def test_a_line_that_is_not_there_is_not_shown() -> None:
    assert (
        str(ProgramError("the text ends", source="a", line=2, column=1)) == "line 2, column 1: the text ends"
    )


@pytest.mark.parametrize("status", [status for status in Status if status])
def test_every_status_has_words(status: Status) -> None:
    message = str(RunError(status))
    assert message.startswith("the program gives no output: ")
    assert status.name.lower().replace("_", " ") != message.removeprefix("the program gives no output: ")


def test_a_status_of_another_language_is_named() -> None:
    class Other(IntEnum):
        OUT_OF_PAPER = 9

    assert str(RunError(Other.OUT_OF_PAPER)).endswith("out of paper")


@pytest.mark.parametrize(
    "error",
    [
        InputError("what", "where", "Hint."),
        ShardError("what", hint="Hint."),
        ProgramError("what", source="a b", line=1, column=3, expected=["x"]),
        RunError(Status.UNSET),
    ],
)
def test_errors_survive_the_way_back_from_a_worker(error: LasynthError) -> None:
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is type(error)
    assert str(copy) == str(error)
    assert vars(copy) == vars(error)
