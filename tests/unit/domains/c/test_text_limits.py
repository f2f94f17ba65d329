"""Depth and size of program text: stated, checked before recursion, and the same for all readers."""

from __future__ import annotations

import numpy as np
import pytest
from programs import tokens_of

from lasynth.domains.base import Status
from lasynth.domains.c.grammar import MAX_DEPTH
from lasynth.domains.c.machine import run_batch
from lasynth.domains.c.parser import from_tokens, parse, to_tokens
from lasynth.domains.c.printer import format_program
from lasynth.errors import ProgramError
from lasynth.limits import MAX_PROGRAM_CHARS, MAX_PROGRAM_TOKENS

INPUTS = np.array([[1, 2, 3]], dtype=np.int32)
NESTED = {
    "blocks": lambda depth: "if (a[0]) { " * depth + "a[0] = (a[1] - (a[1] + a[2]));" + "}" * depth,
    "without braces": lambda depth: "if (a[0]) " * depth + "a[0] = 1;",
    "else if": lambda depth: "if (a[0] < a[1] + a[2]) a[1] = 1; else " * depth + "a[0] = 1;",
    "else": lambda depth: "if (a[0]) { a[1]++; } else { " * depth + "a[0] = 1;" + "}" * depth,
    "around loops": lambda depth: (
        "if (a[0]) " * (depth - 8) + "for (int {0} = 0; {0} < 1; {0}++) " * 8 + "a[0] = 1;"
    ).format("i"),
}


def nested(name: str, depth: int) -> str:
    text = NESTED[name](depth)
    for number in range(8):  # each loop its own variable
        text = text.replace("int i = 0; i < 1; i++", f"int i{number} = 0; i{number} < 1; i{number}++", 1)
    return text


@pytest.mark.parametrize("name", NESTED)
def test_blocks_nest_as_deep_as_stated_for_parser_and_machine(name: str) -> None:
    program = parse(nested(name, MAX_DEPTH))
    assert parse(format_program(program)) == program
    tokens = to_tokens(program)
    assert from_tokens(tokens) == from_tokens(to_tokens(from_tokens(tokens)))
    assert run_batch(tokens[None], INPUTS)[1][0, 0] == Status.OK
    for depth in (MAX_DEPTH + 1, 120):
        with pytest.raises(ProgramError, match=f"more than {MAX_DEPTH} blocks inside each other"):
            parse(nested(name, depth))


@pytest.mark.parametrize("join", ["&&", "||"])
def test_parser_and_machine_agree_on_the_longest_condition(join: str) -> None:
    taken = []
    for depth in (0, 40, MAX_DEPTH - 1):
        for count in range(2, 80):
            tests = f" {join} ".join(["! 1"] * count)
            text = "if ( a [ 0 ] ) { " * depth + f"if ( {tests} ) {{ a [ 0 ] ++ ; }}" + " }" * depth
            _, statuses = run_batch(tokens_of(text)[None], INPUTS)
            try:
                program = parse(text)
            except ProgramError as error:
                assert "joins too many tests" in str(error)
                assert statuses[0, 0] == Status.INVALID
                continue
            assert parse(format_program(program)) == program
            assert statuses[0, 0] != Status.INVALID
            taken.append((depth, count))
    assert max(count for depth, count in taken if depth == 0) == 64  # 63 where the last test is a value
    assert max(count for depth, count in taken if depth == MAX_DEPTH - 1) > 16


def test_tokens_nested_too_deep_are_a_program_for_nobody() -> None:
    deep = MAX_DEPTH + 1
    tokens = tokens_of("if ( a [ 0 ] ) { " * deep + "a [ 0 ] ++ ;" + " }" * deep)
    with pytest.raises(ProgramError, match="blocks inside each other"):
        from_tokens(tokens)
    assert run_batch(tokens[None], INPUTS)[1][0, 0] == Status.INVALID


@pytest.mark.parametrize(
    "text", ["{" * 247, "{" * 20_000, "[[[[" * 900, "a[" * 1500, "!" * 3000], ids=lambda t: t[:4]
)
def test_brackets_without_end_are_refused(text: str) -> None:
    with pytest.raises(ProgramError):
        parse(text)


def test_parentheses_nest_as_deep_as_stated() -> None:
    text = "a[0] = " + "(" * MAX_DEPTH + "a[1]" + ")" * MAX_DEPTH + ";"
    assert parse(text) == parse("a[0] = a[1];")
    for depth in (MAX_DEPTH + 1, 1900):
        with pytest.raises(ProgramError, match=f"more than {MAX_DEPTH} parentheses inside each other"):
            parse("a[0] = " + "(" * depth + "a[1]" + ")" * depth + ";")


def test_the_longest_program_is_read_back_and_a_longer_one_refused() -> None:
    program = parse("a[0]++;" * (MAX_PROGRAM_TOKENS // 6))
    assert parse(format_program(program)) == program
    with pytest.raises(ProgramError, match="more than 4,000 tokens"):
        parse("a[0]++;" * (MAX_PROGRAM_TOKENS // 6 + 10))
    with pytest.raises(ProgramError, match="more than 4,000 tokens"):
        parse("a[0]=1;" * 100_000)
    deepest = "if (a[0]) { " * MAX_DEPTH + "a[0]++;" * 570 + "}" * MAX_DEPTH
    assert len(format_program(parse(deepest))) <= MAX_PROGRAM_CHARS
    with pytest.raises(ProgramError, match=r"1,048,577 characters, more than the limit of 1,048,576"):
        parse(" " * (MAX_PROGRAM_CHARS + 1))


def test_a_literal_beyond_the_limit_of_python_is_refused() -> None:
    with pytest.raises(ProgramError, match=r"1111111\.\.\. is too large"):
        parse(f"a[0] = {'1' * 5000};")


@pytest.mark.parametrize("piece", ["'\\", '"\\', "'", '"', "/*", "//", "\\\n", "??/", "??/\n", "??(", "<:"])
def test_a_text_is_read_in_one_pass(piece: str) -> None:
    """A million characters: what is quadratic in them takes hours."""
    with pytest.raises(ProgramError):
        parse(piece * (MAX_PROGRAM_CHARS // len(piece)) + "@")
