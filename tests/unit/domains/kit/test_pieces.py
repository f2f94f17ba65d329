"""All pieces up to a length: none missing, none repeated."""

from __future__ import annotations

import itertools
from functools import cache

import numpy as np
import pytest
import toy

from lasynth.domains.base import Status
from lasynth.domains.c import mask as c
from lasynth.domains.c.grammar import FIRST_INT, token_of
from lasynth.domains.c.grammar import lexeme as c_lexeme
from lasynth.domains.karel import mask as karel
from lasynth.domains.karel.behaviour import behaviour_probes
from lasynth.domains.karel.grammar import NUM_TOKENS, lexeme
from lasynth.domains.karel.machine import run_batch
from lasynth.domains.karel.parser import parse, to_tokens
from lasynth.domains.kit.mask import Masking
from lasynth.domains.kit.pieces import pieces


@cache
def num_statements(length: int, nesting: int) -> int:
    """The number of Karel statements of a length: 5 actions; 5 conditions, 3 tokens longer with `not`."""
    if nesting == 0 or length < 5:
        return 5 if length == 1 else 0
    repeats = 20 * num_blocks(length - 4, nesting - 1)
    tests = sum(10 * num_blocks(length - extra, nesting - 1) for extra in (6, 9))
    both = sum(
        5 * num_blocks(then, nesting - 1) * num_blocks(length - extra - then, nesting - 1)
        for extra in (9, 12)
        for then in range(1, length - extra)
    )
    return repeats + tests + both


@cache
def num_blocks(length: int, nesting: int) -> int:
    ends = sum(
        num_statements(first, nesting) * num_blocks(length - first, nesting) for first in range(1, length)
    )
    return num_statements(length, nesting) + ends


def test_all_statements_of_karel() -> None:
    counts = dict.fromkeys(range(1, 10), 0)
    for block_PT in pieces(karel.MASKING, "stmt", 9, NUM_TOKENS):
        counts[block_PT.shape[1]] += len(block_PT)
    assert list(counts.values())[:7] == [5, 0, 0, 0, 100, 500, 2550]
    assert counts == {length: num_statements(length, 6) for length in counts}


@pytest.mark.parametrize("nesting", [0, 1])
def test_pieces_are_nested_as_the_mask_allows(nesting: int) -> None:
    masking = Masking(karel.TABLES, max_nesting=nesting)
    blocks = list(pieces(masking, "block", 9, NUM_TOKENS))
    for length in range(1, 10):
        found = sum(len(block_PT) for block_PT in blocks if block_PT.shape[1] == length)
        assert found == num_blocks(length, nesting), length


def test_pieces_come_in_order_and_run() -> None:
    rows = [
        tuple(row) for block_PT in pieces(karel.MASKING, "stmt", 7, NUM_TOKENS) for row in block_PT.tolist()
    ]
    assert rows == sorted(set(rows), key=lambda row: (len(row), row))
    head, end = to_tokens(parse("move"))[:3].tolist(), to_tokens(parse("move"))[-2:].tolist()
    programs_PT = np.array([[*head, *row, *end, *[0] * (7 - len(row))] for row in rows], dtype=np.int32)
    _, statuses_PK = run_batch(programs_PT, behaviour_probes()[:1])
    assert not (statuses_PK == Status.INVALID).any()
    assert [lexeme(token) for token in rows[-1]] == [
        "IF",
        "c(",
        "noMarkersPresent",
        "c)",
        "i(",
        "putMarker",
        "i)",
    ]


def test_pieces_of_a_language_with_names() -> None:
    def found(nonterminal: str, most: int, *names: str) -> list[str]:
        visible = [toy.LEXEMES.index(name) for name in names]
        blocks = pieces(toy.MASKING, nonterminal, most, toy.NUM_TOKENS, visible=visible)
        return [toy.text_of(row) for block_PT in blocks for row in block_PT]

    assert found("stmt", 7) == [f"loop i {{ set i {number} }}" for number in "01"]
    assert found("stmt", 3, "x", "y") == [f"set {name} {number}" for name in "xy" for number in "01"]
    assert found("decls", 4) == ["let i", "let x", "let i let j", "let i let x", "let x let i", "let x let y"]
    # A loop is a piece without and with an `else`.
    assert len(found("stmt", 12)) == 2 + 4 + 4
    longer = [text for text in found("stmt", 13, "x") if "else" in text]
    assert len(longer) == len(set(longer)) == 4 * 2
    assert "loop i { set i 0 } else { set x 1 }" in longer


def test_pieces_of_c() -> None:
    blocks = pieces(c.MASKING, "stmt", 4, FIRST_INT + 2, visible=[token_of("l_0")])
    texts = [" ".join(map(c_lexeme, row)) for block_PT in blocks for row in block_PT.tolist()]
    assert texts == [
        "++ l_0 ;",
        "-- l_0 ;",
        "l_0 ++ ;",
        "l_0 -- ;",
        *(f"l_0 {sign} {value} ;" for sign, value in itertools.product(("=", "+=", "-="), ("l_0", "0", "1"))),
    ]
