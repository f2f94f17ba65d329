"""The simplifier: one line per case, a program and its simplest form."""

from __future__ import annotations

import numpy as np
import pytest
from programs import text_of, tokens_of

from lasynth.domains.c.machine import run_batch
from lasynth.domains.c.sampler import CSamplerSettings, sample_programs
from lasynth.domains.c.simplify import simplify, simplify_one

HEAD = "for (int p_0 = 0; p_0 <= 4; p_0++)"
CASES = {
    # statements
    "a[3] = 3 + 1; a[3] = 5 - a[3];": "a[3] = 1;",
    "a[2] = a[2];": "",
    "a[0]++; a[1] = 4; a[0]--;": "a[1] = 4;",
    "int l_0 = 3; a[0] = a[0] - l_0; l_0 = 7;": "a[0] -= 3;",
    "int l_0; l_0 = a[1]; a[0] = l_0;": "a[0] = a[1];",
    "a[4] = 0; a[0] = 1;": "a[0] = 1; a[4] = 0;",
    "a[0]++; a[0]++;": "a[0] += 2;",
    "a[0] += a[1]; a[2] = 1; a[0] -= a[1];": "a[2] = 1;",
    # expressions
    "++a[0];": "a[0]++;",
    "a[0] = 1 + a[0];": "a[0]++;",
    "a[0] -= -2;": "a[0] += 2;",
    "a[0] = a[0] - a[1];": "a[0] -= a[1];",
    "a[0] = a[0] + (2 - a[1]);": "a[0] += 2 - a[1];",
    "a[0] = 3 - (a[2] - a[1]);": "a[0] = a[1] + 3 - a[2];",
    "a[0] = a[1] - 2 - a[1];": "a[0] = - 2;",
    "a[0] = 0 - a[0];": "a[0] = 0 - a[0];",
    # conditions
    "if (a[0] >= 1) { a[1]++; }": "if (a[0] > 0) { a[1]++; }",
    "if (!(3 < a[0])) { a[1]++; }": "if (a[0] < 4) { a[1]++; }",
    "if (a[0] != 0) { a[1]++; }": "if (a[0]) { a[1]++; }",
    "if (a[0] == 0) { a[1]++; }": "if (!a[0]) { a[1]++; }",
    "if (a[1] < a[0]) { a[2] = 0; }": "if (a[0] > a[1]) { a[2] = 0; }",
    "if (a[0] > 1 && a[0] > 0) { a[2] = 0; }": "if (a[0] > 1) { a[2] = 0; }",
    "if (a[1] > 1) { if (a[0] > 1) { a[2] = 0; } }": "if (a[0] > 1 && a[1] > 1) { a[2] = 0; }",
    "if (!a[0]) { a[1] = 1; } else { a[1] = 2; }": "if (a[0]) { a[1] = 2; } else { a[1] = 1; }",
    "if (a[0]) { a[1] = a[1]; } else { a[1] = 2; }": "if (!a[0]) { a[1] = 2; }",
    "if (a[0]) { a[1] = 2; a[3] = 1; } else { a[3] = 1; }": "a[3] = 1; if (a[0]) { a[1] = 2; }",
    "if (2 > 1) { a[0] = 2; } else { a[0] = 3; }": "a[0] = 2;",
    # loops
    "int p_0; for (p_0 = 4; p_0 > -1; --p_0) { ++a[p_0]; }": HEAD + " { a[p_0]++; }",
    "for (int p_3 = 2; p_3 < 3; p_3++) { a[p_3] = p_3; }": "a[2] = 2;",
    "for (int p_0 = 0; p_0 < 2; p_0++) { a[p_0]++; }": "a[0]++; a[1]++;",
    "for (int p_0 = 0; p_0 < 5; p_0++) { a[2] += 1; }": "a[2] += 5;",
    "a[0] = 0; a[1] = 0; a[2] = 0; a[3] = 0; a[4] = 0;": HEAD + " { a[p_0] = 0; }",
    "for (int p_0 = 0; p_0 < 4; p_0++) { a[p_0]++; } a[4]++;": HEAD + " { a[p_0]++; }",
    HEAD + " { if (p_0 > 0) { a[p_0] = 0; } }": "for (int p_0 = 1; p_0 <= 4; p_0++) { a[p_0] = 0; }",
    # names
    "int l_5 = 1; for (int p_7 = 0; p_7 <= 4; p_7++) { a[p_7] += l_5; l_5 += a[p_7]; }": (
        "int l_0 = 1; " + HEAD + " { a[p_0] += l_0; l_0 += a[p_0]; }"
    ),
    "int l_0 = 4; if (a[0] > a[3]) { l_0 = a[3]; a[3] = a[0]; a[0] = l_0; }": (
        "int l_0; if (a[0] > a[3]) { l_0 = a[3]; a[3] = a[0]; a[0] = l_0; }"
    ),
}


@pytest.mark.parametrize("text", CASES)
def test_a_program_becomes_its_simplest_form(text: str) -> None:
    expected = text_of(tokens_of(CASES[text]))
    assert text_of(simplify_one(tokens_of(text), 5, 4)) == expected


def test_behaviour_is_kept_on_fresh_inputs_and_programs_never_grow() -> None:
    drawn = sample_programs(CSamplerSettings.named("small"), 5, 0, 400)
    simple = simplify(drawn)
    assert ((simple != 0).sum(1) <= (drawn != 0).sum(1)).all()
    fresh = np.random.default_rng(99).integers(-4, 5, (500, 5), dtype=np.int32)
    before, ran = run_batch(drawn, fresh)
    after, runs = run_batch(simple, fresh)
    same = ((ran != 0) | ((runs == 0) & (before == after).all(-1))).all(1)
    assert (~same).mean() < 0.01


@pytest.mark.parametrize("number", [20_000_000, 2_000_000_000])
def test_huge_numbers_take_no_longer_than_small_ones(number: int) -> None:
    """The search over smaller numbers is limited; otherwise these would take from seconds to hours."""
    program = tokens_of(f"a[0] = a[1] + {number};")
    assert text_of(simplify_one(program, 5, 4)) == text_of(program)


def test_equal_values_are_met_where_the_range_is_wide() -> None:
    program = tokens_of("if (a[0] == a[2]) { a[1] = 3; }")
    assert text_of(simplify_one(program, 5, 1000)) == text_of(program)
