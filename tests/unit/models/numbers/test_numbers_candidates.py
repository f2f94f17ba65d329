"""Candidates are what plain Python computes."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import accumulate, pairwise

import numpy as np
import pytest
import torch
from lists_batch import random_inputs

from lasynth.models.numbers.candidates import (
    CONDITIONS,
    LISTS,
    NUM_SIMPLE,
    NUMBERS,
    OPERATIONS,
    Candidates,
    candidates,
    operated,
)
from lasynth.models.numbers.tasks import Arrays

Cells = list[int]


def fits(number: int) -> bool:
    return -(2**31) <= number < 2**31


def divided(x: int, y: int) -> int:
    return abs(x) // abs(y) * (1 if (x < 0) == (y < 0) else -1)


def remainder(x: int, y: int) -> int:
    return x - divided(x, y) * y


def holds(a: Cells, b: Cells, k: int | None) -> dict[str, list[bool]]:
    def each(test: Callable[[int, int], bool]) -> list[bool]:
        return [test(place, x) for place, x in enumerate(a)]

    def known(test: Callable[[int, int], bool]) -> list[bool]:
        return [k is not None and test(x, k) for x in a]

    return {
        "x > 0": each(lambda _, x: x > 0),
        "x < 0": each(lambda _, x: x < 0),
        "x == 0": each(lambda _, x: x == 0),
        "even": each(lambda _, x: x % 2 == 0),
        "odd": each(lambda _, x: x % 2 == 1),
        "x > k": known(lambda x, k: x > k),
        "x < k": known(lambda x, k: x < k),
        "x == k": known(lambda x, k: x == k),
        "x % k == 0": known(lambda x, k: k != 0 and x % k == 0),
        "first of its value": each(lambda place, x: x not in a[:place]),
        "larger than before": each(lambda place, x: place > 0 and x > a[place - 1]),
        "smaller than before": each(lambda place, x: place > 0 and x < a[place - 1]),
        "even place": each(lambda place, _: place % 2 == 0),
        "in b": each(lambda _, x: x in b),
    }


def lists(a: Cells, b: Cells, k: int | None, room: int) -> dict[str, Cells]:
    where = holds(a, b, k)
    with_k: dict[str, Cells] = {name: [] for name in ("a + k", "a - k", "a * k", "a / k", "a % k")}
    if k is not None:
        with_k.update({"a + k": [x + k for x in a], "a - k": [x - k for x in a], "a * k": [x * k for x in a]})
    if k:
        with_k.update({"a / k": [divided(x, k) for x in a], "a % k": [remainder(x, k) for x in a]})
    kept = {f"a where {name}": [x for x, ok in zip(a, oks, strict=True) if ok] for name, oks in where.items()}
    kept["a where x != 0"] = [x for x in a if x]
    kept["a where x != k"] = [] if k is None else [x for x in a if x != k]
    pairs = list(zip(a, b, strict=False))
    return {
        "a": a,
        "b": b,
        "a backwards": a[::-1],
        "b backwards": b[::-1],
        "sorted a": sorted(a),
        "a sorted down": sorted(a, reverse=True),
        "sums": list(accumulate(a)),
        "maxima": list(accumulate(a, max)),
        "minima": list(accumulate(a, min)),
        "steps": [after - before for before, after in pairwise(a)],
        "places": list(range(len(a))),
        **with_k,
        "a + b": [x + y for x, y in pairs],
        "a - b": [x - y for x, y in pairs],
        "a * b": [x * y for x, y in pairs],
        "a then b": [*a, *b][:room] if b else [],
        **kept,
    }


def numbers(given: list[int], a: Cells | None, b: Cells | None) -> dict[str, int | None]:
    k = given[0] if given else None
    found: dict[str, int | None] = dict.fromkeys(NUMBERS)
    found.update({f"k_{place}" if place else "k": number for place, number in enumerate(given)})
    for name, cells in (("a", a), ("b", b)):
        if cells is not None:
            found["n" if name == "a" else "n_b"] = len(cells)
            found[f"sum {name}"] = sum(cells)
            if cells:
                found.update({f"first {name}": cells[0], f"last {name}": cells[-1]})
                found.update({f"most {name}": max(cells), f"least {name}": min(cells)})
    if a is not None:
        found.update({"product a": math.prod(a), "squares a": sum(x * x for x in a), "different": len({*a})})
        if a:
            found.update({"range a": max(a) - min(a), "place of most": a.index(max(a))})
            found["place of least"] = a.index(min(a))
        for name, oks in holds(a, b or [], k).items():
            if (k is None and "k" in name) or (b is None and name == "in b"):
                continue
            found[f"count {name}"] = sum(oks)
            found[f"sum {name}"] = sum(x for x, ok in zip(a, oks, strict=True) if ok)
        if b is not None:
            found["a . b"] = sum(x * y for x, y in zip(a, b, strict=False))
    return found


def of(given: np.ndarray) -> tuple[Candidates, Arrays]:
    inputs = torch.from_numpy(given)[None]
    outputs = torch.zeros(*inputs.shape[:2], 65, dtype=torch.long)
    arrays = Arrays.of(inputs, outputs)
    return candidates(arrays), arrays


@pytest.mark.parametrize("num_lists", [0, 1, 2])
@pytest.mark.parametrize("num_numbers", [0, 1, 3])
@pytest.mark.parametrize("largest", [3, 2**31 - 1])
def test_candidates_are_exact(num_lists: int, num_numbers: int, largest: int) -> None:
    rng = np.random.default_rng(num_lists + 3 * num_numbers)
    given = random_inputs(rng, 30, num_lists, num_numbers, most=7)
    if largest > 3:
        given[:, 9:] = np.where(given[:, 9:] != 0, rng.integers(-largest - 1, largest, given[:, 9:].shape), 0)
        given[:, 8 + 65] = given[:, 8] * (num_lists > 1)
    if num_lists > 1:  # lists of different lengths
        given[::2, 8 + 65] = np.minimum(given[::2, 8 + 65], 3)
    found, arrays = of(given)
    for example, row in enumerate(given.tolist()):
        k = row[4] if num_numbers else None
        a, b = row[9 : 9 + row[8]], row[74 : 74 + row[73]]
        room = int(arrays.room[0, example])
        wanted = lists(a, b, k, room)
        for place, name in enumerate(LISTS):
            there = found.lists_there[0, example, place]
            expected = [x if fits(x) else None for x in wanted[name]]
            values = found.lists[0, example, place].tolist()
            got = [x if ok else None for x, ok in zip(values, there.tolist(), strict=True)]
            assert got == expected + [None] * (len(got) - len(expected)), (name, a, b, k)
        single = numbers(row[4 : 4 + num_numbers], a if num_lists else None, b if num_lists > 1 else None)
        for place, name in enumerate(NUMBERS):
            value = single[name]
            assert bool(found.numbers_there[0, example, place]) == (value is not None and fits(value)), name
            if value is not None and fits(value):
                assert found.numbers[0, example, place] == value, (name, a, b, k)
        oks = holds(a, b, k)
        for place, name in enumerate(CONDITIONS):
            assert found.conditions[0, example, place, : len(a)].tolist() == oks[name], (name, a, b, k)
            assert not found.conditions[0, example, place, len(a) :].any()


def test_operations_are_those_of_c() -> None:
    numbers = [*range(-25, 26), 2**31 - 1, -(2**31), 2**30, 46_341]
    plain = {
        "x": lambda x: x,
        "-x": lambda x: -x,
        "x * x": lambda x: x * x,
        **{f"x + {c}": lambda x, c=c: x + c for c in range(1, 11)},
        **{f"x - {c}": lambda x, c=c: x - c for c in range(1, 11)},
        **{f"{c} * x": lambda x, c=c: x * c for c in range(2, 11)},
        **{f"x / {c}": lambda x, c=c: divided(x, c) for c in range(2, 11)},
        **{f"x % {c}": lambda x, c=c: remainder(x, c) for c in range(2, 11)},
    }
    assert set(plain) == set(OPERATIONS)
    assert list(OPERATIONS)[:NUM_SIMPLE][:2] == ["x", "x + 1"]
    values, there = operated(torch.tensor(numbers), torch.ones(len(numbers), dtype=torch.bool))
    for row, number in enumerate(numbers):
        wanted = [plain[name](number) for name in OPERATIONS]
        assert there[row].tolist() == [fits(one) for one in wanted]
        assert values[row].tolist() == [one if fits(one) else 0 for one in wanted]
