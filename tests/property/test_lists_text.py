"""Programs of `lists` as text: what is printed is read back, and means what its tokens mean."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from list_programs import random_inputs, random_programs, rows

from lasynth.domains.base import Status
from lasynth.domains.c.lists.grammar import EOS, FIRST_INT, lexeme
from lasynth.domains.c.lists.machine import run_batch
from lasynth.domains.c.lists.parser import parse, to_tokens
from lasynth.domains.c.lists.printer import format_program
from lasynth.domains.c.lists.tokens import from_tokens
from lasynth.errors import ProgramError

FUEL = 300
seeds = st.integers(0, 2**32 - 1)
words = st.lists(
    st.sampled_from(
        [
            *(lexeme(token) for token in range(5, FIRST_INT)),
            *(
                "0",
                "7",
                "64",
                "99999999999",
                "07",
                "x",
                "t",
                "main",
                "const",
                "void",
                "do",
                "\n",
                "&",
                "#",
                "//",
            ),
            *(
                "int t[64];",
                "int f(const int a[], int n) {",
                "void f(int a[], int n) {",
                "}",
                "a[i++]",
                "for (",
            ),
        ]
    ),
    max_size=40,
).map(" ".join)


@given(seeds)
def test_text_means_what_tokens_mean(seed: int) -> None:
    programs_PT = random_programs(seed, 4)
    inputs_KL = random_inputs(seed, 5, num_lists=3, num_numbers=3)
    texts = [format_program(from_tokens(tokens)) for tokens in programs_PT]
    outputs, statuses = run_batch(programs_PT, inputs_KL, fuel=FUEL)
    again_PT = rows([to_tokens(parse(text)) for text in texts])
    again, said = run_batch(again_PT, inputs_KL, fuel=FUEL)
    for number, text in enumerate(texts):
        assert statuses[number].tolist() == said[number].tolist(), text
        assert np.array_equal(outputs[number], again[number]), text


@given(seeds)
def test_printing_is_a_fixed_point(seed: int) -> None:
    for tokens in random_programs(seed, 4):
        tree = from_tokens(tokens)
        text = format_program(tree)
        read = parse(text)
        assert read == tree, text
        assert format_program(read) == text
        # Names of the vocabulary are given in the order of declarations, and stay as they are.
        canonical = to_tokens(read)
        assert np.array_equal(to_tokens(from_tokens(canonical)), canonical), text


@given(seeds, st.data())
def test_parser_and_machine_take_the_same_tokens(seed: int, data: st.DataObject) -> None:
    tokens = random_programs(seed, 1)[0]
    end = int((tokens != EOS).sum())
    place = data.draw(st.integers(0, end))
    tokens[place] = data.draw(st.integers(0, FIRST_INT + 3))
    try:
        tree = from_tokens(tokens)
    except ProgramError:
        taken = False
    else:
        taken = True
        assert to_tokens(parse(format_program(tree)))[-1] == EOS
    inputs_KL = random_inputs(seed, 1, num_lists=4, num_numbers=4)
    _, statuses = run_batch(tokens[None], inputs_KL, fuel=FUEL)
    assert (statuses[0, 0] != Status.INVALID) == taken


@given(words)
def test_any_text_is_read_or_refused(text: str) -> None:
    for source in (text, f"int f(const int a[], int n, int out[]) {{ int i = 0; {text} }}"):
        try:
            tree = parse(source)
        except ProgramError as error:
            assert str(error)
        else:
            assert parse(format_program(tree)) == tree
