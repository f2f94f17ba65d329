"""Tasks of the dialect `lists` for models: programs by template, random inputs, outputs by the machine."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch

from lasynth import domains
from lasynth.data.dataset import Dataset
from lasynth.data.shards import ShardInfo, TaskTable
from lasynth.domains.base import Status
from lasynth.domains.c.lists.grammar import EOS, token_of
from lasynth.domains.c.lists.layout import LIST_WIDTH, LISTS_AT, NUM_LISTS_AT, NUM_NUMBERS_AT, NUMBERS_AT

LISTS = domains.get("c-lists")
NUM_TOKENS = LISTS.grammar.num_tokens
LOOP = "for ( int v_0 = 0 ; v_0 < n ; v_0 ++ )"
LOOP_1 = "for ( int v_1 = 0 ; v_1 < n ; v_1 ++ )"
EVEN = "{ out [ v_0 ++ ] = a [ v_1 ] ; }"
# Of each program: how many lists and numbers it takes. C stands for a small constant.
TEMPLATES: tuple[tuple[int, int, str], ...] = (
    (1, 0, f"<in place> {LOOP} {{ a [ v_0 ] += C ; }}"),
    (1, 0, f"<in place> {LOOP} {{ if ( a [ v_0 ] < C ) {{ a [ v_0 ] = 0 ; }} }} a [ 0 ] = C ;"),
    (1, 0, f"<number> int v_0 = C ; {LOOP_1} {{ v_0 += a [ v_1 ] ; }} return v_0 ;"),
    (1, 1, f"<number> int v_0 = 0 ; {LOOP_1} {{ if ( a [ v_1 ] > k ) {{ v_0 ++ ; }} }} return v_0 ;"),
    (
        1,
        0,
        f"<list> int v_0 = 0 ; {LOOP_1} {{ if ( a [ v_1 ] % 2 == 0 ) {EVEN} }} return v_0 ;",
    ),
    (2, 0, f"<list> {LOOP} {{ out [ v_0 ] = a [ v_0 ] + b [ v_0 ] ; }} return n ;"),
    (1, 1, f"<in place> {LOOP} {{ a [ v_0 ] *= k ; }} {LOOP} {{ a [ v_0 ] -= C ; }}"),
    (0, 2, "<number> if ( k > k_1 ) { return k + C ; } return k_1 - k ;"),
    (1, 0, f"<list> {LOOP} {{ out [ v_0 ] = a [ n - 1 - v_0 ] ; }} return n ;"),
    (0, 1, "<list> for ( int v_0 = 0 ; v_0 < k ; v_0 ++ ) { out [ v_0 ] = v_0 * C ; } return k ;"),
)


def tokens_of(text: str) -> list[int]:
    words = text.replace("<in place>", "<in_place>").split()
    return [*(token_of(word.replace("_p", " p") if word[0] == "<" else word) for word in words), EOS]


def random_inputs(
    rng: np.random.Generator, num_examples: int, num_lists: int, num_numbers: int, most: int = 12
) -> npt.NDArray[np.int64]:
    inputs = np.zeros((num_examples, LISTS_AT + LIST_WIDTH * 2), dtype=np.int64)
    inputs[:, NUM_LISTS_AT], inputs[:, NUM_NUMBERS_AT] = num_lists, num_numbers
    largest = rng.choice([5, 20, 300])
    inputs[:, NUMBERS_AT : NUMBERS_AT + num_numbers] = rng.integers(0, 11, (num_examples, num_numbers))
    for example in inputs:
        length = rng.integers(0, most + 1)
        for number in range(num_lists):
            at = LISTS_AT + LIST_WIDTH * number
            example[at] = length
            example[at + 1 : at + 1 + length] = rng.integers(-largest, largest + 1, length)
    return inputs


def tasks(
    num: int, *, seed: int = 0, num_examples: int = 5, most: int = 12
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    """Tokens `[B, T]`, lengths, inputs and outputs of programs that run well on their inputs."""
    rng = np.random.default_rng(seed)
    rows: list[list[int]] = []
    pairs: list[tuple[npt.NDArray[np.int64], npt.NDArray[np.int32]]] = []
    while len(rows) < num:
        num_lists, num_numbers, text = TEMPLATES[len(rows) % len(TEMPLATES)]
        row = tokens_of(" ".join(str(rng.integers(1, 10)) if word == "C" else word for word in text.split()))
        for _ in range(20):
            inputs = random_inputs(rng, num_examples, num_lists, num_numbers, most)
            outputs, statuses = LISTS.machine.run_batch(np.array([row], dtype=np.int32), inputs)
            if (statuses == Status.OK).all():
                rows.append(row)
                pairs.append((inputs, outputs[0]))
                break
    return (
        *padded(rows),
        *(torch.from_numpy(np.stack(side).astype(np.int64)) for side in zip(*pairs, strict=True)),
    )


def padded(rows: Sequence[Sequence[int]]) -> tuple[torch.Tensor, torch.Tensor]:
    lengths = torch.tensor([len(row) for row in rows])
    tokens = torch.full((len(rows), int(lengths.max())), EOS)
    for place, row in enumerate(rows):
        tokens[place, : len(row)] = torch.tensor(row)
    return tokens, lengths


def dataset(num: int) -> Dataset:
    """The same tasks as a data set."""
    tokens, _, inputs, outputs = tasks(num)
    programs = tokens.numpy().astype(np.int16)
    table = TaskTable(
        programs,
        programs,
        inputs.numpy().astype(np.int32),
        outputs.numpy().astype(np.int32),
        np.zeros(num, dtype=np.uint8),
        np.zeros(num, dtype=np.bool_),
        np.arange(num, dtype=np.int64),
    )
    info = ShardInfo({}, "train", 0, 0, 1, num, 64, inputs.shape[1], domain="c-lists", num_shown=4)
    return Dataset(table, (info,))
