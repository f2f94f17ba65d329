"""C as text: printed programs are read back, and the parser accepts exactly what the machine accepts."""

from __future__ import annotations

import re

import numpy as np
from hypothesis import event, given
from hypothesis import strategies as st
from programs import random_inputs, random_programs

from lasynth.domains.base import Status
from lasynth.domains.c.grammar import EOS, FIRST_INT, FIRST_NAME, lexeme
from lasynth.domains.c.leniency import to_subset
from lasynth.domains.c.lexer import Word, words_of
from lasynth.domains.c.machine import run_batch
from lasynth.domains.c.parser import from_tokens, parse, to_tokens
from lasynth.domains.c.printer import format_body, format_program
from lasynth.errors import ProgramError
from lasynth.grammar import IntArray

seeds = st.integers(0, 2**32 - 1)
# The words of C, inside and outside the subset, and other text.
junk = st.lists(
    st.sampled_from(
        (
            *(
                "int",
                "for",
                "if",
                "else",
                "break",
                "continue",
                "return",
                "while",
                "float",
                "a",
                "b",
                "i",
                "_x",
            ),
            *("[", "]", "(", ")", "{", "}", ";", ",", "=", "+=", "-=", "++", "--", "+", "-", "*", "/", "%"),
            *(
                "<",
                "<=",
                ">",
                ">=",
                "==",
                "!=",
                "&&",
                "||",
                "!",
                "&",
                "?",
                ":",
                "#",
                ".",
                "->",
                "<<=",
                "'",
                '"',
            ),
            *(
                "0",
                "1",
                "07",
                "1.5",
                "99999999999",
                "//",
                "/*",
                "*/",
                "\n",
                "\t",
                "@",
                "é",
                "a[0] = 1;",
                "\\",
            ),
            *("int * f(int a[]) {", "return a; }", "int i = 0;", "for (i = 0; i < 5; i++) {", "if (a[0])"),
        )
    ),
    max_size=30,
)


def ended(tokens: IntArray) -> IntArray:
    """Tokens up to their first EOS."""
    return tokens[: int(np.argmax(tokens == EOS)) + 1]


@given(seeds)
def test_a_program_is_read_back_as_it_was_printed(seed: int) -> None:
    for tokens in random_programs(seed, 5):
        program = from_tokens(tokens)
        text = format_program(program)
        assert parse(text) == program
        assert format_program(parse(text)) == text
        assert parse(format_body(program)) == program


@given(seeds)
def test_canonical_tokens_stay_and_mean_the_same(seed: int) -> None:
    programs_PT = random_programs(seed, 5)
    canonical_PT = np.zeros_like(programs_PT)
    for row, tokens in zip(canonical_PT, programs_PT, strict=True):
        program = from_tokens(tokens)
        found = to_tokens(program)
        assert np.array_equal(to_tokens(from_tokens(found)), found)
        assert from_tokens(found) == from_tokens(to_tokens(parse(format_program(program))))
        row[: len(found)] = found
    inputs_KN = random_inputs(seed, (4, 5))
    for expected, got in zip(
        run_batch(programs_PT, inputs_KN), run_batch(canonical_PT, inputs_KN), strict=True
    ):
        assert np.array_equal(expected, got)


@given(seeds)
def test_canonical_tokens_differ_in_names_alone(seed: int) -> None:
    def without_names(tokens: IntArray) -> str:
        texts = [lexeme(int(token)) for token in tokens]
        joined = " ".join("name" if text[1:2] == "_" else text for text in texts)
        return re.sub(r"(?<![\w)\]] )- 0(?=\s)", "0", joined)  # a tree holds no -0

    for tokens in random_programs(seed, 5):
        assert without_names(to_tokens(from_tokens(tokens))) == without_names(ended(tokens))


@given(seeds, st.data())
def test_the_parser_and_the_machine_take_the_same_tokens(seed: int, data: st.DataObject) -> None:
    tokens = ended(random_programs(seed, 1)[0]).tolist()
    for _ in range(data.draw(st.integers(1, 3))):
        position = data.draw(st.integers(0, len(tokens) - 1))
        token = data.draw(st.one_of(st.integers(0, FIRST_INT + 9), st.sampled_from(tokens)))
        match data.draw(st.sampled_from(("rename", "replace", "insert", "delete"))):
            case "rename":
                names = [at for at, name in enumerate(tokens) if FIRST_NAME <= name < FIRST_INT]
                for at in data.draw(st.lists(st.sampled_from(names), max_size=2)) if names else []:
                    tokens[at] = data.draw(st.integers(FIRST_NAME, FIRST_INT - 1))
            case "replace":
                tokens[position] = token
            case "insert":
                tokens.insert(position, token)
            case _ if len(tokens) > 1:
                del tokens[position]
    tokens.append(EOS)
    try:
        from_tokens(tokens)
        parsed = True
    except ProgramError:
        parsed = False
    event("a program" if parsed else "not a program")
    _, statuses = run_batch(np.array([tokens], dtype=np.int32), np.zeros((1, 5), dtype=np.int32))
    assert (statuses[0, 0] != Status.INVALID) == parsed


@given(seeds, st.lists(st.sampled_from((" ", "\n", "\t ", "/**/", "// x\n", "/* ; */")), min_size=1))
def test_spacing_and_comments_do_not_matter(seed: int, spaces: list[str]) -> None:
    program = from_tokens(random_programs(seed, 1)[0])
    words = [word.text for word in words_of(format_program(program))]
    text = "".join(word + spaces[position % len(spaces)] for position, word in enumerate(words))
    assert parse(text) == program


@given(seeds)
def test_what_is_in_the_subset_needs_no_leniency(seed: int) -> None:
    body = format_body(from_tokens(random_programs(seed, 1)[0]))
    words = [Word(word.text, "a", word.offset) if word.text == "a" else word for word in words_of(body)]
    assert to_subset(body, words) == words


def refusal(text: str) -> ProgramError | None:
    """The error of a text; None if it can be read, and then its printed form must be read back too."""
    try:
        program = parse(text)
    except ProgramError as error:
        return error
    assert parse(format_program(program)) == program
    return None


@given(junk)
def test_any_text_is_read_or_refused_with_one_message(words: list[str]) -> None:
    for text in (" ".join(words), "".join(words)):
        if error := refusal(text):
            first, *rest = str(error).splitlines()
            assert first.startswith(f"line {error.line}, column {error.column}: ")
            assert first.endswith("...") or not first.endswith(".")  # a long word is cut
            assert not rest or len(rest) == 2


@given(st.text(max_size=40))
def test_any_characters_are_read_or_refused(text: str) -> None:
    error = refusal(text)
    assert error is None or error.line is not None
