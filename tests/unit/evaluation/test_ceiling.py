"""The ceiling: what random programs that reproduce the shown examples say of the held-out ones."""

from __future__ import annotations

from typing import Any

import numpy as np

from lasynth import domains
from lasynth.evaluation.ceiling import Ceiling, Pool, ceilings, render

C = domains.get("c")


def program(body: str) -> Any:
    return C.text.tokens_of(f"int * func_1(int a[])\n{{\n{body}\nreturn a;\n}}\n")


def examples(body: str, inputs: list[list[int]]) -> tuple[Any, Any]:
    given = np.array(inputs, dtype=np.int32)
    outputs, statuses = C.machine.run_batch(program(body)[None], given)
    assert not statuses.any()
    return given, outputs[0]


def pool(counts: dict[str, int]) -> Pool:
    programs = [program(body) for body in counts]
    longest = max(map(len, programs))
    rows = [np.pad(one, (0, longest - len(one)), constant_values=C.grammar.eos) for one in programs]
    return Pool(C, np.array(rows), np.array(list(counts.values())))


def test_programs_that_fit_are_weighed_by_what_they_answer() -> None:
    some = pool({"a[0] = a[1];": 5, "a[0] = 2;": 3, "if (a[1] > 0) a[0] = a[1];": 4, "a[1] = 0;": 100})
    shown = examples("a[0] = a[1];", [[1, 2, 0], [0, 2, 3]])
    positive = examples("a[0] = a[1];", [[4, 1, 1]])
    negative = examples("a[0] = a[1];", [[4, -1, 1]])
    rare = examples("a[0] = 2;", [[4, 1, 1]])
    found = ceilings(some, [shown] * 3, [positive, negative, rare])
    # Two of the three that fit agree on a positive number, and none on a negative one.
    assert found[0] == Ceiling(num_drawn=112, num_fit=12, num_right=9, num_best=9, right=True)
    assert found[1] == Ceiling(num_drawn=112, num_fit=12, num_right=5, num_best=5, right=True)
    assert found[2] == Ceiling(num_drawn=112, num_fit=12, num_right=3, num_best=9, right=False)


def test_where_nothing_fits_or_a_run_fails() -> None:
    some = pool({"a[2] = 7;": 1, "int k; k = a[1]; a[k] = 0;": 2})
    unknown = examples("a[0] = 5;", [[1, 2, 0]])
    zero = examples("a[2] = 0;", [[1, 2, 3]])
    # The index is outside the list there.
    beyond = examples("a[2] = 0;", [[1, 9, 0]])
    found = ceilings(some, [unknown, zero], [unknown, beyond])
    assert found == [Ceiling(3, 0, 0, 0, False), Ceiling(3, 2, 0, 2, False)]


def test_a_pool_has_one_program_of_each_behaviour() -> None:
    generator = C.generator()()
    ticks: list[int] = []
    some = Pool.draw(C, generator, 300, 5, ticks.append)
    assert ticks == [300]
    drawn = generator.draw(5, 0, 300, {})  # type: ignore[arg-type]
    assert some.num_drawn == int((drawn.verdicts_P == 0).sum())
    assert len(some.tokens_PT) == len(set(drawn.hashes_P[drawn.verdicts_P == 0].tolist()))


def test_the_table_has_a_row_for_each_kind() -> None:
    found = [Ceiling(10, 4, 3, 3, True), Ceiling(10, 2, 0, 2, False), Ceiling(10, 0, 0, 0, False)]
    text = render(["If-only", "For-only", "If-only"], found)
    rows = {line.split()[0]: line for line in text.splitlines() if line}
    assert "37.5" in rows["all"]
    assert "75.0" in rows["If-only"]
    assert "0.0" in rows["For-only"]
    assert "10 random programs" in text
    assert "If it is" in text
    assert "on 66.7 % of all tasks" in text  # two of three tasks are If-only
    # A kind of which no program fits says nothing.
    assert "If it is" not in render(["If-only", "Seq-only"], found[1:])
