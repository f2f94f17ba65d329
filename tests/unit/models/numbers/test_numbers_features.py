"""Numbers as features: exact where they are certain, convex where they are not."""

from __future__ import annotations

import torch
from lists_batch import tasks

from lasynth.models.numbers.features import (
    GROUPS,
    IS_NUMBER,
    NUM_FEATURES,
    ROOM,
    THERE,
    NumberEmbedding,
    believed_numbers,
    group_softmax,
    ids,
    one_hot,
    sum_to_one,
)
from lasynth.models.numbers.tasks import Arrays

EDGES = (0, 1, -1, 9, 10, -16, -17, 47, 48, 99, 100, 999, -999, 1000, 1024, 2047, 2048, 2**31 - 1, -(2**31))


def plain_features(number: int) -> list[int]:
    """The features in plain Python, each counted within its group."""
    small = number + 16 if -16 <= number <= 47 else 64
    sign = 0 if number < 0 else 1 if number == 0 else 2
    size = abs(number)
    return [small, sign, *(size // 10**place % 10 for place in range(3)), min(size.bit_length(), 11)]


def test_features_are_those_of_the_number() -> None:
    numbers = torch.tensor([*EDGES, *range(-200, 200)])
    found = one_hot(numbers, torch.ones_like(numbers, dtype=torch.bool)).split(GROUPS, dim=-1)
    for row, number in enumerate(numbers.tolist()):
        assert [int(part[row].argmax()) for part in found] == plain_features(number)
        assert all(part[row].sum() == 1 for part in found)
    assert not one_hot(numbers, torch.zeros_like(numbers, dtype=torch.bool)).any()


def test_numbers_are_read_back() -> None:
    numbers = torch.tensor([*range(-999, 1000)])
    found, chance = believed_numbers(one_hot(numbers, torch.ones_like(numbers, dtype=torch.bool)))
    assert found.tolist() == numbers.tolist()
    assert (chance == 1).all()
    # Beyond three digits it is known that it is not known.
    _, chance = believed_numbers(one_hot(torch.tensor([54_321]), torch.ones(1, dtype=torch.bool)))
    assert chance.item() == 0


def test_the_embedding_of_a_mixture_is_the_mixture_of_embeddings() -> None:
    torch.manual_seed(0)
    values = NumberEmbedding(8, 5)
    cells = torch.zeros(3, 1, 1, NUM_FEATURES + 3)
    cells[..., :NUM_FEATURES] = one_hot(torch.tensor([7, -300, 41]), torch.ones(3, dtype=torch.bool))[
        :, None, None
    ]
    shares = torch.tensor([0.2, 0.5, 0.3])
    mixed = (shares[:, None, None, None] * cells).sum(0, keepdim=True)
    torch.testing.assert_close(values(mixed)[0], (shares[:, None, None, None] * values(cells)).sum(0))


def test_weights_become_distributions_of_each_group() -> None:
    scores = torch.randn(4, NUM_FEATURES, generator=torch.Generator().manual_seed(0))
    for part in group_softmax(scores).split(GROUPS, dim=-1):
        torch.testing.assert_close(part.sum(-1), torch.ones(4))
    again = sum_to_one(0.3 * group_softmax(scores))
    torch.testing.assert_close(again, group_softmax(scores))
    assert not sum_to_one(torch.zeros(1, NUM_FEATURES)).any()


def test_the_first_belief_is_the_first_list_with_room_for_the_output() -> None:
    _, _, inputs, outputs = tasks(10)
    arrays = Arrays.of(inputs, outputs)
    belief = NumberEmbedding(64, 4).first(inputs, outputs)
    for row in range(len(inputs)):
        for example in range(inputs.shape[1]):
            given, wanted = inputs[row, example].tolist(), outputs[row, example].tolist()
            lengths = [given[8], given[8 + 65], 1 if wanted[0] == -1 else wanted[0], 1]
            cells = belief[row, example]
            assert cells[:, ROOM].sum() == max(lengths) == arrays.room[row, example]
            assert cells[:, THERE].sum() == given[8]
            found, _ = believed_numbers(cells[: given[8], :NUM_FEATURES])
            assert found.tolist() == given[9 : 9 + given[8]]
            assert not cells[:, IS_NUMBER].any()


def test_known_outputs_replace_beliefs_where_there_is_room() -> None:
    _, _, inputs, outputs = tasks(10)
    values = NumberEmbedding(64, 4)
    before = values.first(inputs, outputs)
    known = torch.ones(outputs.shape[:2], dtype=torch.bool)
    known[:, 0] = False
    told = values.corrected(before, outputs, known)
    torch.testing.assert_close(told[:, 0], before[:, 0])
    target = Arrays.of(inputs, outputs)
    certain = one_hot(target.output.values, target.output.there)
    torch.testing.assert_close(told[:, 1:, :, :NUM_FEATURES], certain[:, 1:])
    assert (told[..., ROOM] == before[..., ROOM]).all()
    assert ((told[..., IS_NUMBER].amax(-1) > 0) == (outputs[..., 0] == -1))[:, 1:].all()
    longer = outputs.clone()
    longer[..., 0] = 64
    torch.testing.assert_close(values.corrected(before, longer, known), before)
    unknown = torch.full_like(outputs, 2**31 - 1)
    assert not values.expresses(unknown).any()
    assert values.expresses(outputs).all()
    torch.testing.assert_close(values.corrected(before, unknown, known), before)


def test_ids_are_within_their_groups() -> None:
    found = ids(torch.tensor(EDGES))
    starts = torch.tensor([sum(GROUPS[:group]) for group in range(len(GROUPS))])
    assert ((found >= starts) & (found < starts + torch.tensor(GROUPS))).all()
