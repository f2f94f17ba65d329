"""Languages of which one takes what another does not: which one a task is of, and a program."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from toy_language import TOY

from lasynth import api, domains
from lasynth.domains.base import Array, Language, Values
from lasynth.errors import InputError, ProgramError
from lasynth.examples import Example
from lasynth.search.problem import Problem
from lasynth.task import Task

SHORT = [([1, 2], [2, 3]), ([3, 4], [4, 5])]
LONG = [([1, 2, 3], [2, 3, 4]), ([3, 4, 5], [4, 5, 6])]
LONGER = [([1, 2, 3, 4, 5], [2, 3, 4, 5, 6])]


def language(name: str, most: int, wider: str | None, program: str) -> Language:
    """The toy language with lists of so many cells, and programs that begin with a word of their own."""

    def read(obj: object, where: str) -> Any:
        if not isinstance(obj, list | tuple):
            raise InputError(f"{obj!r} is no list", where, f"Give a list of {name}.")
        if len(obj) > most:
            raise InputError(f"there are {len(obj)} cells", where, f"{name} has {most}.")
        return tuple(obj)

    def parse(text: str) -> tuple[str, ...]:
        first, *rest = text.split()
        if first != program:
            raise ProgramError(f"not {program}", source=text, line=1, column=1)
        for number, word in enumerate(rest, 2):
            if word not in ("inc", "dec", "rot"):
                raise ProgramError(f"{word} is not of {name}", source=text, line=1, column=number)
        return tuple(rest)

    values = replace(
        TOY.values, read=read, read_text=lambda text, where: read([int(one) for one in text.split()], where)
    )
    text = replace(TOY.text, parse=parse, format=lambda tree: " ".join((program, *tree)))
    return replace(TOY, name=name, values=values, text=text, wider=wider)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Three languages, each wider than the one before; the names that were asked for."""
    found = {
        "short": language("short", 2, "long", "begin"),
        "long": language("long", 3, "longer", "BEGIN"),
        "longer": language("longer", 4, None, "Begin"),
    }
    names: list[str] = []
    get = domains.get

    def recorded(name: str) -> Language:
        names.append(name)
        return found[name] if name in found else get(name)

    monkeypatch.setattr(domains, "get", recorded)
    return names


def as_json(examples: list[tuple[list[int], list[int]]], **more: Any) -> dict[str, Any]:
    return {"domain": "short", "examples": [{"input": a, "output": b} for a, b in examples], **more}


def texts(examples: list[tuple[list[int], list[int]]]) -> list[str]:
    return [f"{' '.join(map(str, a))} -> {' '.join(map(str, b))}" for a, b in examples]


READS: list[Callable[[Any], Task]] = [
    lambda examples: Task.of(examples, domain="short"),
    lambda examples: Task.of_texts(texts(examples), domain="short"),
    lambda examples: Task.from_json(as_json(examples)),
    lambda examples: Task("short", tuple(Example(a, b) for a, b in examples)),
]


@pytest.mark.parametrize("read", READS)
def test_a_task_is_of_the_first_language_that_takes_it(asked: list[str], read: Callable[[Any], Task]) -> None:
    task = read(SHORT)
    assert (task.domain, task.language.name) == ("short", "short")
    assert set(asked) == {"short"}  # no wider one is loaded for it
    task = read(LONG)
    assert (task.domain, task.language.name) == ("long", "long")
    assert task.examples[0] == Example((1, 2, 3), (2, 3, 4))
    assert "longer" not in asked
    assert read([*SHORT, *LONG]).domain == "long"
    assert Task.from_json(json.loads(json.dumps(task.to_json()))) == task


@pytest.mark.parametrize("read", READS)
def test_what_no_language_takes_is_said_in_the_words_of_the_widest(
    asked: list[str], read: Callable[[Any], Task]
) -> None:
    with pytest.raises(InputError) as caught:
        read([*SHORT, *LONGER, *LONGER])
    message = str(caught.value)
    assert message.startswith("example 3, input: there are 5 cells (3 more like it). longer has 4.")


def test_all_obstacles_in_the_widest_are_named(asked: list[str]) -> None:
    examples = [*SHORT, *LONG, *LONGER, (7, [1])]
    with pytest.raises(InputError, match="2 things are wrong") as caught:
        Task.of(examples, domain="short")
    message = str(caught.value)
    assert "example 5, input: there are 5 cells (1 more like it). longer has 4." in message
    assert "example 6, input: 7 is no list. Give a list of longer." in message


def test_held_out_examples_count_too(asked: list[str]) -> None:
    held_out = as_json(LONG)["examples"]
    assert Task.from_json(as_json(SHORT, held_out=held_out)).domain == "long"


def test_a_wider_language_may_be_named(asked: list[str]) -> None:
    task = Task.of(SHORT, domain="long")
    assert task.domain == "long"
    assert Task.from_json(task.to_json()) == task


def test_one_more_example_does_not_change_the_language(asked: list[str]) -> None:
    task = Task.of(SHORT, domain="short")
    assert task.plus([5, 6], [6, 7]).examples[2] == Example((5, 6), (6, 7))
    with pytest.raises(InputError, match=r"answer: there are 3 cells. short has 2."):
        task.plus([5, 6], [6, 7, 8])
    with pytest.raises(InputError, match="example 3: the input is that of example 1, the output is another"):
        task.plus([1, 2], [5, 6])


def test_an_answer_to_a_question_does_not_change_the_language(asked: list[str]) -> None:
    task = Task.of([([0, 1], [1, 0])], domain="short")
    outcome = api.solve(task, engines=["enumeration"], max_tokens=4)
    assert outcome.question is not None
    with pytest.raises(InputError, match=r"answer: there are 3 cells. short has 2."):
        outcome.answer([1, 2, 3])
    assert outcome.answer(outcome.question.answers[0][0]).solved


def test_tasks_that_are_treated_alike_are_of_one_language(asked: list[str]) -> None:
    short, long = Task.of(SHORT, domain="short"), Task.of(LONG, domain="short")
    alike = Task.of_one_language([short, long, short])
    assert [task.domain for task in alike] == ["long"] * 3
    assert alike[0].examples == short.examples
    assert Task.of_one_language([short, short]) == [short, short]
    other = Task.of([([1], [2])])
    assert [task.domain for task in Task.of_one_language([other, short, long])] == ["c", "long", "long"]


def test_a_program_and_its_input_say_of_which_language_they_are(asked: list[str]) -> None:
    assert api.run("begin inc", [1, 2], domain="short") == (2, 3)
    assert set(asked) == {"short"}
    assert api.run("BEGIN inc", [1, 2], domain="short") == (2, 3)
    assert api.run("Begin inc", [1, 2, 3, 4], domain="short") == (2, 3, 4, 5)
    # It is a program of `short`, whatever is wider.
    with pytest.raises(InputError, match=r"input: there are 3 cells. short has 2."):
        api.run("begin inc", [1, 2, 3], domain="short")
    with pytest.raises(InputError, match=r"input: there are 4 cells. long has 3."):
        api.run("BEGIN inc", [1, 2, 3, 4], domain="short")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("begin inc neg", "neg is not of short"),
        ("BEGIN neg", "neg is not of long"),
        ("Begin inc neg", "neg is not of longer"),
        ("inc", "not Begin"),  # all stop at the same word
    ],
)
def test_what_is_no_program_is_said_by_the_language_that_reads_furthest(
    asked: list[str], text: str, message: str
) -> None:
    with pytest.raises(ProgramError, match=message):
        api.run(text, [1, 2], domain="short")


# Inputs with names ----------------------------------------------------------------------------------


def named_values() -> Values:
    """Inputs are pairs (name, list), in arrays without the name; outputs are tuples, negated in arrays."""

    def read(obj: object, where: str) -> Any:
        if isinstance(obj, dict):
            ((name, cells),) = obj.items()
            return name, tuple(cells)
        assert isinstance(obj, tuple), where
        return obj

    def decode_input(cells: Array, like: Any) -> Any:
        return ("?" if like is None else like[0], tuple(cells.tolist()))

    return replace(
        TOY.values,
        read=read,
        read_output=lambda obj, where: tuple(obj),  # type: ignore[arg-type]
        encode=lambda values: np.array([cells for _, cells in values], dtype=np.int32),
        encode_outputs=lambda values: np.array(values, dtype=np.int32),
        decode_input=decode_input,
    )


@pytest.fixture
def named(monkeypatch: pytest.MonkeyPatch) -> Language:
    text = replace(
        TOY.text,
        named=lambda tree, example: (f"{example.input[0]}:", *tree),
        parse=lambda text: tuple(text.split()[1:]),
        bound=lambda tree, given: (given[0], given[1][::-1]) if given[0] == "back" else given,
    )
    found = replace(TOY, name="named", values=named_values(), text=text)
    get = domains.get
    monkeypatch.setattr(domains, "get", lambda name: found if name == "named" else get(name))
    return found


def test_inputs_and_outputs_may_be_encoded_differently(named: Language) -> None:
    task = Task.of([({"xs": [1, 2]}, [2, 3])], domain="named")
    assert task.examples[0] == Example(("xs", (1, 2)), (2, 3))
    inputs_KN, outputs_KN = named.encode(task.examples)
    assert (inputs_KN.tolist(), outputs_KN.tolist()) == ([[1, 2]], [[2, 3]])
    assert named.values.input_of(inputs_KN[0]) == ("?", (1, 2))
    assert named.values.input_of(inputs_KN[0], task.examples[0].input) == ("xs", (1, 2))
    assert TOY.values.input_of(inputs_KN[0], (3, 4)) == (1, 2)


def test_answers_and_questions_have_the_names_of_the_task(named: Language) -> None:
    told: list[str] = []
    task = Task.of([({"xs": [0, 1]}, [1, 0])], domain="named")
    assert Problem.of(task).example == task.examples[0]
    outcome = api.solve(task, engines=["enumeration"], max_tokens=4, on_candidate=told.append)
    assert all(text.startswith("xs: ") for text in told)
    assert all(candidate.text.startswith("xs: ") for candidate in outcome.candidates)
    assert outcome.question is not None
    assert outcome.question.input[0] == "xs"


def test_a_program_binds_an_input(named: Language) -> None:
    assert api.run("p: inc", {"xs": [1, 2]}, domain="named") == (2, 3)
    assert api.run("p: inc", {"back": [1, 2]}, domain="named") == (3, 2)
