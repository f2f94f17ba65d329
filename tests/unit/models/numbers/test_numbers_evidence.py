"""Evidence is what plain Python finds."""

from __future__ import annotations

import torch
from lists_batch import tasks

from lasynth.models.numbers.candidates import (
    CONDITIONS,
    CONSTANT_CONDITIONS,
    LISTS,
    NUM_SIMPLE,
    NUMBERS,
    OPERATIONS,
    candidates,
    operated,
)
from lasynth.models.numbers.evidence import (
    NUM_DONE,
    NUM_OF_CELL,
    NUM_OF_INPUT,
    NUM_OF_INPUTS,
    NUM_OF_OUTPUT,
    NUM_OF_STEP,
    OFFSETS,
    done,
    evidence,
    shifted,
    steps,
)
from lasynth.models.numbers.features import NUM_FEATURES, NumberEmbedding, one_hot
from lasynth.models.numbers.tasks import Arrays, Cells

_, _, INPUTS, OUTPUTS = tasks(20, seed=3)
ARRAYS = Arrays.of(INPUTS, OUTPUTS)
FOUND = candidates(ARRAYS)
OUTPUT_FEATURES = one_hot(ARRAYS.output.values, ARRAYS.output.there)
SEEN = evidence(ARRAYS, FOUND, OUTPUT_FEATURES)
NUM_EXPLANATIONS = (NUM_OF_CELL - NUM_FEATURES) // 2
NUM_CONDITIONS = len(CONDITIONS) + len(CONSTANT_CONDITIONS)


def cells(one: Cells, row: int, example: int) -> list[int]:
    there = one.there[row, example]
    return one.values[row, example][there].tolist()


def explanations(row: int, example: int, place: int) -> list[bool]:
    """Of one output cell, in the order of the features."""
    value = int(ARRAYS.output.values[row, example, place])
    found = []
    for number in range(2):
        results, known = operated(FOUND.lists[row, example, number], FOUND.lists_there[row, example, number])
        for offset in OFFSETS:
            for operation in range(NUM_SIMPLE if offset else len(OPERATIONS)):
                at = place + offset
                inside = 0 <= at < len(results)
                found.append(inside and bool(known[at, operation]) and int(results[at, operation]) == value)
    for number in range(2, len(LISTS)):
        there = bool(FOUND.lists_there[row, example, number, place])
        found.append(there and int(FOUND.lists[row, example, number, place]) == value)
    for number in range(len(NUMBERS)):
        there = bool(FOUND.numbers_there[row, example, number])
        base = int(FOUND.numbers[row, example, number])
        found += [there and base + more == value for more in (0, 1, -1)]
    found += [value in cells(one, row, example) for one in ARRAYS.lists]
    return found


def test_sizes() -> None:
    shape = ARRAYS.output.values.shape
    assert SEEN.of_cell.shape == (*shape, NUM_OF_CELL)
    assert SEEN.of_output.shape == (*shape[:2], NUM_OF_OUTPUT)
    assert SEEN.of_input.shape == (*shape[:2], 2, shape[2], NUM_OF_INPUT)
    assert SEEN.of_inputs.shape == (*shape[:2], NUM_OF_INPUTS)


def test_explanations_of_cells_and_of_outputs() -> None:
    for row in range(len(INPUTS)):
        by_example = [
            [explanations(row, example, place) for place in range(int(ARRAYS.output.length[row, example]))]
            for example in range(INPUTS.shape[1])
        ]
        longest = max(map(len, by_example))
        for place in range(longest):
            having = [of[place] for of in by_example if place < len(of)]
            shared = [all(column) for column in zip(*having, strict=True)]
            for example, of in enumerate(by_example):
                found = SEEN.of_cell[row, example, place]
                if place >= len(of):
                    assert not found.any()
                    continue
                assert found[:NUM_EXPLANATIONS].bool().tolist() == of[place]
                assert found[NUM_EXPLANATIONS : 2 * NUM_EXPLANATIONS].bool().tolist() == shared
        whole = [
            [all(column) for column in zip(*of, strict=True)] or [True] * NUM_EXPLANATIONS
            for of in by_example
        ]
        for example, of in enumerate(whole):
            assert SEEN.of_output[row, example, :NUM_EXPLANATIONS].bool().tolist() == of
            at = NUM_EXPLANATIONS + len(NUMBERS) + 2 * len(CONSTANT_CONDITIONS)
            every = SEEN.of_output[row, example, at : at + NUM_EXPLANATIONS].bool().tolist()
            assert every == [all(column) for column in zip(*whole, strict=True)]
            assert SEEN.of_output[row, example, -2:].tolist() == [
                float(ARRAYS.is_number[row, example]),
                float(not ARRAYS.is_number[row, example]),
            ]


def test_lengths_of_outputs() -> None:
    for row in range(len(INPUTS)):
        for example in range(INPUTS.shape[1]):
            length = int(ARRAYS.output.length[row, example])
            found = SEEN.of_output[row, example, NUM_EXPLANATIONS : NUM_EXPLANATIONS + len(NUMBERS)]
            for number in range(len(NUMBERS)):
                there = bool(FOUND.numbers_there[row, example, number])
                equal = int(FOUND.numbers[row, example, number]) == length
                assert bool(found[number]) == (there and equal)


def kept(given: list[int], wanted: list[int]) -> tuple[list[bool], bool]:
    found, place = [], 0
    for value in given:
        found.append(place < len(wanted) and wanted[place] == value)
        place += found[-1]
    return found, place == len(wanted)


def holds(given: list[int]) -> list[list[bool]]:
    """Conditions with constants, in the order of the features."""
    found = []
    for c in range(1, 11):
        found += [[x > c for x in given], [x < c for x in given], [x == c for x in given]]
        found += [[x % c == 0 for x in given]] * (c > 1)
    return found


def totals(given: list[int], wanted: list[int], is_number: bool) -> list[bool]:
    """Whether a number counts or adds up the cells with a condition."""
    counted = [is_number and sum(oks) == wanted[0] for oks in holds(given)]
    kept = [[x for x, ok in zip(given, oks, strict=True) if ok] for oks in holds(given)]
    return counted + [is_number and sum(cells) == wanted[0] for cells in kept]


def test_what_is_kept_and_which_conditions_agree() -> None:
    agreed = 0
    for row in range(len(INPUTS)):
        whole = []
        for example in range(INPUTS.shape[1]):
            wanted = cells(ARRAYS.output, row, example)
            for number, one in enumerate(ARRAYS.lists):
                given = cells(one, row, example)
                keep, aligned = kept(given, wanted)
                found = SEEN.of_input[row, example, number]
                assert found[: len(given), 0].bool().tolist() == keep
                assert not found[len(given) :].any()
                for place, value in enumerate(given):
                    assert int(found[place, 1:5].argmax()) == min(3, wanted.count(value))
                    roles = [place == 0, place == len(given) - 1, value == max(given), value == min(given)]
                    assert found[place, 5:9].bool().tolist() == roles
                assert bool(SEEN.of_inputs[row, example, -2 + number]) == aligned
            given = cells(ARRAYS.lists[0], row, example)
            keep, aligned = kept(given, wanted)
            oks = FOUND.conditions[row, example, :, : len(given)].tolist() + holds(given)
            of_totals = totals(given, wanted, bool(ARRAYS.is_number[row, example]))
            at = NUM_EXPLANATIONS + len(NUMBERS)
            assert SEEN.of_output[row, example, at : at + len(of_totals)].bool().tolist() == of_totals
            changed = [x != y for x, y in zip(given, wanted, strict=False)]
            of_kept = [aligned and ok == keep for ok in oks]
            of_changed = [len(given) == len(wanted) and ok == changed for ok in oks]
            found = SEEN.of_inputs[row, example, : 2 * NUM_CONDITIONS].bool().tolist()
            assert found == of_kept + of_changed
            whole.append(found)
            agreed += sum(found)
        shared = SEEN.of_inputs[row, 0, 2 * NUM_CONDITIONS : -2].bool().tolist()
        assert shared == [all(column) for column in zip(*whole, strict=True)]
    assert agreed > 0


def test_steps_between_neighbours() -> None:
    given = Cells.beginning(torch.tensor([[[3, 5, 5, -90, 7]]]), torch.tensor([[4]]))
    found = steps(given)[0, 0]
    assert found.shape == (5, NUM_OF_STEP)
    assert not found[0].any()
    assert not found[4].any()
    assert found[1].nonzero()[:, 0].tolist() == [2, 3 + 8 + 2]
    assert found[2].nonzero()[:, 0].tolist() == [1, 3 + 8]
    assert found[3].nonzero()[:, 0].tolist() == [0]


def test_shifted() -> None:
    row = torch.arange(1, 4)
    assert [shifted(row, offset, 0).tolist() for offset in (-4, -1, 0, 2, 3)] == [
        [0, 0, 0],
        [0, 1, 2],
        [1, 2, 3],
        [3, 0, 0],
        [0, 0, 0],
    ]


def test_what_is_done_is_exact_for_certain_beliefs() -> None:
    belief = NumberEmbedding(64, 4).first(INPUTS, OUTPUTS)
    of_output, of_belief = done(belief, OUTPUT_FEATURES)
    half = NUM_DONE // 2
    for row in range(len(INPUTS)):
        for example in range(INPUTS.shape[1]):
            given = cells(ARRAYS.lists[0], row, example)
            wanted = cells(ARRAYS.output, row, example)
            for here, there, found in ((wanted, given, of_output), (given, wanted, of_belief)):
                for place, value in enumerate(here):
                    near = [
                        0 <= place + offset < len(there) and there[place + offset] == value
                        for offset in OFFSETS
                    ]
                    assert found[row, example, place, :half].bool().tolist() == [*near, value in there]
                assert not found[row, example, len(here) :].any()
    least = of_output[..., half:]
    there = ARRAYS.output.there[..., None]
    expected = torch.where(there, of_output[..., :half], 1.0).amin(1, keepdim=True) * there
    torch.testing.assert_close(least, expected)
