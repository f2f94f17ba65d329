"""Sizes are checked while reading: what is too large is refused before work or memory grows with it.

Nothing is timed: the inputs are so large that quadratic work on them would take hours.
"""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest

from lasynth import Task, domains
from lasynth.domains.base import Language
from lasynth.errors import InputError, ProgramError
from lasynth.examples import Example
from lasynth.limits import (
    MAX_EXAMPLES,
    MAX_ID_CHARS,
    MAX_PROGRAM_CHARS,
    MAX_PROGRAM_TOKENS,
    MAX_TASK_BYTES,
    MAX_VALUE_CHARS,
)
from lasynth.reading import lines_of, parse_json, read_text
from lasynth.search import completion
from lasynth.search.engine import Proposals
from lasynth.search.frontier import Frontier
from lasynth.search.problem import MAX_SCORED, Problem
from lasynth.search.verify import Verifier

EXAMPLE = {"input": [1, 2], "output": [2, 1]}


def refused(text: str, domain: str = "karel") -> str:
    with pytest.raises(ProgramError) as raised:
        domains.get(domain).text.parse(text)
    return str(raised.value)


def test_a_task_has_a_largest_number_of_examples() -> None:
    assert len(Task.of([EXAMPLE] * MAX_EXAMPLES).examples) == MAX_EXAMPLES
    with pytest.raises(InputError, match=r"there are 1,001 examples. Give at most 1,000"):
        Task.of([EXAMPLE] * (MAX_EXAMPLES + 1))
    with pytest.raises(InputError, match=r'f, "held_out": there are 1,001 examples'):
        Task.from_json({"examples": [EXAMPLE], "held_out": [EXAMPLE] * (MAX_EXAMPLES + 1)}, where="f")


def test_an_id_has_a_largest_length() -> None:
    assert Task.from_json({"id": "x" * MAX_ID_CHARS, "examples": [EXAMPLE]}).id
    with pytest.raises(InputError, match="f: the id has more than 200 characters"):
        Task.from_json({"id": "x" * (MAX_ID_CHARS + 1), "examples": [EXAMPLE]}, where="f")


def test_a_task_file_is_not_read_beyond_its_limit(tmp_path: Path) -> None:
    task = json.dumps({"examples": [EXAMPLE]})
    long = task[:-1] + " " * MAX_TASK_BYTES + "}"
    path = tmp_path / "tasks.jsonl"
    path.write_text(f"{task}\n{long}\n")
    message = "line 2: larger than 8 MiB, the limit for it"
    with pytest.raises(InputError, match=message):
        Task.read(path)
    with pytest.raises(InputError, match=message):
        list(Task.stream(path))
    with pytest.raises(InputError, match="larger than 8 MiB"):
        Task.parse(long)
    with pytest.raises(InputError, match="larger than 1,000 bytes, the limit for it"):
        read_text("/dev/zero", most=1000)


def test_no_more_of_a_line_is_read_than_its_limit() -> None:
    class Endless(io.StringIO):
        asked = 0

        def readline(self, size: int | None = -1, /) -> str:
            assert size is not None
            assert size > 0
            self.asked += size
            return "x" * size

    file = Endless()
    with pytest.raises(InputError, match="f, line 1: larger than"):
        next(lines_of(file, "f"))
    assert file.asked == MAX_TASK_BYTES + 1


def test_a_repeated_key_is_found_in_one_pass() -> None:
    keys = [f'"{number}": 0' for number in range(500_000)]
    with pytest.raises(InputError, match='"499999" is given twice'):
        parse_json("{" + ", ".join([*keys, keys[-1]]) + "}")


@pytest.mark.parametrize("domain", ["c", "karel"])
@pytest.mark.parametrize(
    "text", ["[" * 10_000, "{" * 10_000, "1 " * 10**6, "\n" * 10**6, "[" + "1," * 10**6 + "1]"]
)
def test_an_input_as_text_is_bounded(domain: str, text: str) -> None:
    with pytest.raises(InputError) as raised:
        domains.get(domain).values.read_text(text, "input")
    assert len(str(raised.value)) < 1000


def test_a_list_is_not_looked_at_cell_by_cell_without_end() -> None:
    read = domains.get("c").values.read
    with pytest.raises(InputError, match="the list has 1,000,000 cells"):
        read([None] * 10**6, "input")
    with pytest.raises(InputError, match="the list has 1000 cells"):
        read(iter(int, 1), "input")


@pytest.mark.parametrize(
    "world",
    [
        ["."] * 5_000_000,
        "." * (MAX_VALUE_CHARS + 1),
        ".\n" * 5_000_000,
        [">" + "." * 10**6],
        {"rows": 1, "cols": 1, "hero": "0:0:east", "blocked": "0:0 " * 10**6},
    ],
    ids=["rows", "columns", "text", "row", "walls"],
)
def test_a_world_is_bounded(world: object) -> None:
    with pytest.raises(InputError) as raised:
        domains.get("karel").values.read(world, "input")
    assert len(str(raised.value)) < 1000


def test_karel_text_is_bounded() -> None:
    assert "1,048,576" in refused("#" * (MAX_PROGRAM_CHARS + 1))
    for text in (
        "move\n" * (MAX_PROGRAM_TOKENS + 1),
        "if frontIsClear:\n move\n" * MAX_PROGRAM_TOKENS,
        "if frontIsClear:\n move\n" * (MAX_PROGRAM_TOKENS // 6),
        "DEF run m( " + "move " * MAX_PROGRAM_TOKENS + "m)",
        "DEF run m( IF c( " + "not c( " * 20_000 + "frontIsClear " + "c) " * 20_001 + "i( move i) m)",
        '{"run": [' + '{"type": "move"}, ' * MAX_PROGRAM_TOKENS + '{"type": "move"}]}',
    ):
        assert "more than 4,000 tokens" in refused(text)


@pytest.mark.parametrize(
    "line",
    [
        "while " + "not " * 200_000 + "frontIsClear:",
        "while " + "(" * 500_000 + "frontIsClear" + ")" * 499_999 + ":",
        "while " + "((" * 200_000 + "not x" + "))" * 200_000 + ":",
        "move" + " " * 900_000 + "(",
        "move(" + " " * 900_000 + ";",
        "def run" + " " * 900_000 + "x",
        "def run (" + " " * 900_000 + "x",
        "repeat (" + " " * 900_000 + "x:",
        "repeat " + "9" * 900_000 + ":",
        "x" * 900_000,
        "\t" * 900_000 + "x",
    ],
    ids=lambda line: line[:9],
)
def test_karel_lines_are_read_in_one_pass(line: str) -> None:
    if line.startswith("while not"):
        domains.get("karel").text.parse(f"{line}\n  move")
    else:
        refused(f"{line}\n  move")


def test_many_nots_cancel_out() -> None:
    karel = domains.get("karel").text
    for count in (0, 1, 2, 3, 500):
        plain = karel.parse(f"while {'not ' * (count % 2)}frontIsClear:\n  move")
        assert karel.parse(f"while {'not (' * count}frontIsClear(){')' * count}:\n  move") == plain
        condition = "not c( " * count + "frontIsClear " + "c) " * count
        assert karel.parse(f"DEF run m( WHILE c( {condition}c) w( move w) m)") == plain


@pytest.mark.parametrize(
    "text", [")frontIsClear(", "(frontIsClear", "frontIsClear)", "frontIsClear(", "(frontIsClear()"]
)
def test_parentheses_of_a_condition_match(text: str) -> None:
    assert "the parentheses of this condition do not match" in refused(f"while {text}:\n  move")


def test_repeat_takes_matching_parentheses() -> None:
    assert domains.get("karel").text.parse("repeat (R=5):\n  move") == domains.get("karel").text.parse(
        "repeat 5:\n  move"
    )
    for text in ("(5", "5)"):
        assert "after 'repeat' stands a number" in refused(f"repeat {text}:\n  move")


def many(num_examples: int) -> Problem:
    cells = np.random.default_rng(1).integers(-4, 5, (num_examples, 5)).tolist()
    return Problem.of(Task("c", tuple(Example(tuple(row), tuple(-cell for cell in row)) for row in cells)))


def test_a_scorer_reads_the_first_examples_only() -> None:
    class Counting:
        num_tokens, bos, eos = 70, 1, 0
        seen = 0

        def start(self, inputs_BKN: np.ndarray, outputs_BKN: np.ndarray) -> None:
            self.seen = inputs_BKN.shape[1]
            assert outputs_BKN.shape == inputs_BKN.shape

    for num_examples, wanted in ((5, 5), (MAX_SCORED, MAX_SCORED), (MAX_EXAMPLES, MAX_SCORED)):
        scorer = Counting()
        frontier = Frontier(
            scorer,  # type: ignore[arg-type]
            [many(num_examples)],
            max_tokens=8,
            together=1,
            renormalise=True,
        )
        assert frontier.refill(np.ones(1, dtype=np.bool_)) == 1
        assert scorer.seen == wanted


def test_a_behaviour_is_kept_in_a_few_bytes() -> None:
    problem = many(MAX_EXAMPLES)
    verifier = Verifier([problem], num_probes=32, seed=0)
    tokens = np.zeros((1, 1), dtype=np.int32)
    verifier.check(Proposals(np.zeros(1, dtype=np.int64), tokens, np.zeros(1)))
    assert [len(key) for key in verifier._behaviours[0]] == [16]


def test_completion_runs_in_parts_that_examples_do_not_grow(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = []
    results = completion._results

    def counted(problem: Problem, programs_PT: np.ndarray, known: set[bytes]) -> object:
        sizes.append(len(programs_PT) * len(problem.inputs_KN))
        return results(problem, programs_PT, known)

    monkeypatch.setattr(completion, "_results", counted)
    c: Language = domains.get("c")
    programs = [
        c.text.tokens_of("".join(f"a[{i}] = a[{j}] + {k}; " for k in range(5)))
        for i in range(5)
        for j in range(5)
    ]
    for num_examples in (5, MAX_EXAMPLES):
        sizes.clear()
        completion.complete(many(num_examples), programs)
        assert sizes
        assert max(sizes) <= 64_000


def test_standard_input_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    from lasynth.cli import console

    monkeypatch.setattr(console, "MAX_FILE_BYTES", 10)
    for size, fits in ((10, True), (11, False)):
        stream = io.TextIOWrapper(io.BytesIO(b"x" * size))
        monkeypatch.setattr("sys.stdin", stream)
        if fits:
            assert console.read_input() == "x" * size
        else:
            with pytest.raises(InputError, match="standard input: larger than 10 bytes"):
                console.read_input()
