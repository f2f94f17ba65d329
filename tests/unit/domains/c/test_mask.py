"""The next-token mask: the tokens that it offers, and its agreement with the machine."""

from __future__ import annotations

import numpy as np
import pytest
from programs import random_programs, tokens_of

from lasynth.domains.base import Status
from lasynth.domains.c.context import MAX_LOOPS
from lasynth.domains.c.grammar import BOS, EOS, FIRST_INT, FIRST_NAME, NUM_NAMES, lexeme, token_of
from lasynth.domains.c.machine import run_batch
from lasynth.domains.c.mask import MASKING
from lasynth.domains.kit.mask import TokenMask
from lasynth.grammar import IntArray

NUM_TOKENS = FIRST_INT + 6


def after(text: str) -> TokenMask:
    """The mask of one program that has begun with `text`."""
    mask = MASKING.mask(1, NUM_TOKENS)
    for token in tokens_of(text)[:-1]:
        mask.advance([token])
    return mask


def offered(mask: TokenMask) -> set[str]:
    """The lexemes that may come next; `0` stands for all literals, which are offered together."""
    allowed_V = mask.allowed()[0]
    literals = allowed_V[FIRST_INT:]
    assert literals.all() or not literals.any()
    return {lexeme(token) for token in np.flatnonzero(allowed_V) if token <= FIRST_INT}


STATEMENT = {"++", "--", "a", "for", "if"}
OPERAND = {"a", "-", "0"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", STATEMENT | {"int", "<eos>"}),
        ("int", {"p_0", "l_0"}),
        ("int p_0", {"=", ";"}),
        ("int p_0;", STATEMENT | {"int", "<eos>", "p_0"}),
        ("int p_0; int l_0; int", {"p_1", "l_1"}),
        ("int l_0 =", {"-", "0"}),
        ("int l_0 = -", {"0"}),
        ("a", {"["}),
        ("a[", {"0"}),
        ("int l_0; a[", {"l_0", "0"}),
        ("a[0]", {"=", "+=", "-=", "++", "--"}),
        ("a[0] =", OPERAND | {"("}),
        ("a[0] = 1", {"+", "-", ";"}),
        ("a[0] = 1 + 2", {"+", "-", ";"}),
        ("a[0] = 1 + 2 + 3", {";"}),
        ("a[0] = (1 + 2", {"+", "-", ")"}),
        ("a[0]++;", STATEMENT | {"<eos>"}),
        ("if (", OPERAND | {"(", "!"}),
        ("if (1 < 2", {"+", "-", "&&", "||", ")"}),
        ("if (1 < 2 && 3 < 4", {"+", "-", "&&", ")"}),
        ("if (1) {", STATEMENT),
        ("if (1) { a[0]++; }", STATEMENT | {"else", "<eos>"}),
        ("for (", {"int"}),
        ("int l_0; for (", {"int", "l_0"}),
        ("int l_0; for (int", {"p_0"}),
        ("int l_0; for (int p_0 =", {"p_0", "l_0", "-", "0"}),
        ("int l_0; for (int p_0 = 0;", {"p_0"}),
        ("int l_0; for (l_0 = 0;", {"l_0"}),
        ("int l_0; for (l_0 = 0; l_0", {"<", "<=", ">", ">="}),
        ("for (int p_0 = 0; p_0 <", {"p_0", "-", "0"}),
        ("for (int p_0 = 0; p_0 < 3;", {"p_0", "++"}),
        ("for (int p_0 = 0; p_0 > 3; --", {"p_0"}),
        ("for (int p_0 = 0; p_0 < 3; p_0++) {", STATEMENT | {"p_0", "break", "continue"}),
        # After its loop a name is not visible; it may be declared again, and so may the next one.
        ("for (int p_0 = 0; p_0 < 3; p_0++) { a[0]++; }", STATEMENT | {"<eos>"}),
        ("for (int p_0 = 0; p_0 < 3; p_0++) { a[0]++; } for (int", {"p_0", "p_1"}),
        ("for (int p_0 = 0; p_0 < 3; p_0++) { for (int", {"p_1"}),
    ],
)
def test_what_is_offered(text: str, expected: set[str]) -> None:
    assert offered(after(text)) == expected


def test_no_declaration_without_a_name_left() -> None:
    half = NUM_NAMES // 2
    loop_variables = "".join(f"int p_{i}; " for i in range(half))
    others = "".join(f"int l_{i}; " for i in range(half))
    assert offered(after(loop_variables + "int")) == {"l_0"}
    assert "int" not in offered(after(loop_variables + others))
    assert "int" not in offered(after(loop_variables + "for ("))
    assert "int" in offered(after(others + "for ("))


def test_no_loop_deeper_than_the_limit() -> None:
    head = "for (p_0 = 0; p_0 < 3; p_0++) { "
    assert "for" in offered(after("int p_0; " + head * (MAX_LOOPS - 1)))
    assert "for" not in offered(after("int p_0; " + head * MAX_LOOPS))


def test_blocks_are_offered_only_while_the_machine_can_nest_them() -> None:
    num_blocks = 0
    mask = MASKING.mask(1, NUM_TOKENS)
    while "if" in offered(mask):
        for token in tokens_of("if (1) {")[:-1]:
            assert mask.allowed()[0, token]
            mask.advance([token])
        num_blocks += 1
    assert num_blocks >= 50
    # There is room for the largest statement, and for an `else` at every level.
    text = "if (1) { " * num_blocks + "a[0] = 1 - (2 - 3); " + "} else { a[0] = 1; } " * num_blocks
    _, statuses = run_batch(tokens_of(text)[None], np.zeros((1, 1), dtype=np.int32))
    assert statuses[0, 0] == Status.OK


def test_end() -> None:
    mask = MASKING.mask(2, NUM_TOKENS)
    mask.advance([EOS, token_of("a")])
    assert mask.finished.tolist() == [True, False]
    assert np.flatnonzero(mask.allowed()[0]).tolist() == [EOS]
    mask.advance([EOS, token_of("[")])
    assert mask.finished.tolist() == [True, False]
    with pytest.raises(ValueError, match="in row 0"):
        mask.advance([token_of("a"), FIRST_INT])


@pytest.mark.parametrize("token", [BOS, -1, EOS, token_of("int"), token_of("l_0"), FIRST_INT])
def test_a_token_that_cannot_come_next(token: int) -> None:
    mask = after("a[0] =") if token != FIRST_INT else after("a")
    with pytest.raises(ValueError, match=f"token {token} cannot come next in row 0"):
        mask.advance([token])


def test_a_name_that_fits_but_was_not_offered_is_accepted() -> None:
    mask = after("int")
    mask.advance([token_of("l_5")])
    assert "l_5" in offered(after("int l_5; a[0] ="))
    allowed_TV = MASKING.allowed_along(tokens_of("int l_5; l_5++;")[None], NUM_TOKENS)[0]
    assert {lexeme(token) for token in np.flatnonzero(allowed_TV[1])} == {"p_0", "l_0", "l_5"}


def test_reorder_repeats_and_drops_rows() -> None:
    mask = MASKING.mask(3, NUM_TOKENS)
    mask.advance([token_of("int"), token_of("a"), EOS])
    chosen = mask.reorder(np.array([2, 0, 0, 2]))
    assert chosen.finished.tolist() == [True, False, False, True]
    assert np.array_equal(chosen.allowed(), mask.allowed()[[2, 0, 0, 2]])
    # Copies of one row are independent of each other and of the old mask.
    chosen.advance([EOS, token_of("p_0"), token_of("l_0"), EOS])
    chosen.advance([EOS, token_of(";"), token_of(";"), EOS])
    allowed = chosen.allowed()
    assert allowed[1, token_of("p_0")]
    assert not allowed[1, token_of("l_0")]
    assert not allowed[2, token_of("p_0")]
    assert mask.finished.tolist() == [False, False, True]
    assert mask.allowed()[0, token_of("p_0")]
    assert mask.reorder([]).allowed().shape == (0, NUM_TOKENS)


def test_allowed_tokens_lead_to_programs_and_others_are_refused() -> None:
    completed: list[IntArray] = []
    for tokens in random_programs(11, 20, max_tokens=60, huge=False):
        mask = MASKING.mask(1, NUM_TOKENS)
        for position, token in enumerate(tokens[: int((tokens != EOS).sum())]):
            allowed_V = mask.allowed()[0]
            for other in range(NUM_TOKENS):
                branch = mask.reorder([0])
                if allowed_V[other]:
                    branch.advance([other])
                    completed.append(np.array([*tokens[:position], other, *_ending(branch)], dtype=np.int32))
                elif not FIRST_NAME <= other < FIRST_INT:  # some names fit without being offered
                    with pytest.raises(ValueError, match="cannot come next"):
                        branch.advance([other])
            mask.advance([token])
    assert len(completed) > 1000
    programs_PT = np.full((len(completed), max(map(len, completed))), EOS, dtype=np.int32)
    for row, program in zip(programs_PT, completed, strict=True):
        row[: len(program)] = program
    _, statuses_PK = run_batch(programs_PT, np.zeros((1, 5), dtype=np.int32))
    assert not (statuses_PK == Status.INVALID).any()


def _ending(mask: TokenMask) -> list[int]:
    """Tokens that end the only program of a mask, with no more new brackets than necessary."""
    closing = [EOS, *map(token_of, ("}", ";", ")", "]", "{", "++", "=", "0", "<", "p_0"))]
    ending: list[int] = []
    while not mask.finished[0]:
        allowed_V = mask.allowed()[0]
        ending.append(next(token for token in [*closing, *range(NUM_TOKENS)] if allowed_V[token]))
        mask.advance(ending[-1:])
    return ending


def test_along_is_step_by_step() -> None:
    programs_PT = random_programs(12, 50, huge=False)
    allowed_PTV = MASKING.allowed_along(programs_PT, NUM_TOKENS)
    mask = MASKING.mask(50, NUM_TOKENS)
    for position in range(programs_PT.shape[1]):
        expected_PV = mask.allowed()
        expected_PV[np.arange(50), programs_PT[:, position]] = True
        assert np.array_equal(allowed_PTV[:, position], expected_PV)
        mask.advance(programs_PT[:, position])
    assert mask.finished.all()
    # Programs cut off before their end give the same.
    assert np.array_equal(MASKING.allowed_along(programs_PT[:, :9], NUM_TOKENS), allowed_PTV[:, :9])


def test_along_refuses_what_is_no_program() -> None:
    tokens_PT = np.stack([tokens_of("a[0]++;"), tokens_of("a[0]+;")])
    with pytest.raises(ValueError, match="row 1 is not a program: token 21 at 4"):
        MASKING.allowed_along(tokens_PT, NUM_TOKENS)
    with pytest.raises(ValueError, match=f"row 0 is not a program: token {FIRST_INT} at 2"):
        MASKING.allowed_along(tokens_PT, FIRST_INT)


def test_bad_arguments() -> None:
    with pytest.raises(ValueError, match="more than 48 tokens, not 48"):
        MASKING.mask(1, FIRST_INT)
    with pytest.raises(ValueError, match="3 rows, but tokens of shape"):
        MASKING.mask(3, NUM_TOKENS).advance([1, 2])
