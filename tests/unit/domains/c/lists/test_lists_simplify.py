from __future__ import annotations

import numpy as np
import pytest

from lasynth.domains.c.lists.emit import emit
from lasynth.domains.c.lists.grammar import EOS, token_of
from lasynth.domains.c.lists.layout import LISTS_AT, NUM_LISTS_AT, NUM_NUMBERS_AT, NUMBERS_AT, input_width
from lasynth.domains.c.lists.machine import run_batch
from lasynth.domains.c.lists.parser import parse, to_tokens
from lasynth.domains.c.lists.printer import format_program
from lasynth.domains.c.lists.sampling.settings import ListsSamplerSettings
from lasynth.domains.c.lists.simplify import simplify
from lasynth.domains.c.lists.tasks import draw_tasks
from lasynth.domains.c.lists.tokens import from_tokens

LISTS = ([3, 1, 2], [], [5, 5, -4, 0], [7], [-1, 20, 6, 6, 2])


def inputs_of(num_numbers: int = 0) -> np.ndarray:
    inputs_KL = np.zeros((len(LISTS), input_width(1)), dtype=np.int32)
    for number, (row_L, cells) in enumerate(zip(inputs_KL, LISTS, strict=True)):
        row_L[NUM_LISTS_AT], row_L[NUM_NUMBERS_AT] = 1, num_numbers
        row_L[NUMBERS_AT : NUMBERS_AT + num_numbers] = number - 1
        row_L[LISTS_AT] = len(cells)
        row_L[LISTS_AT + 1 : LISTS_AT + 1 + len(cells)] = cells
    return inputs_KL


def number(body: str) -> str:
    return f"int f(const int a[], int n) {{ {body} }}"


SUM = "for (int i = 0; i < n; i++) { s += a[i]; }"
CASES = {
    "an unused variable": (f"int x = 3; int s = 0; {SUM} return s;", f"int s = 0; {SUM} return s;"),
    "an unused variable that changes": (
        "int x = 3; int s = 0; for (int i = 0; i < n; i++) { s += a[i]; x += s; } return s;",
        f"int s = 0; {SUM} return s;",
    ),
    "a condition that always holds": (
        "int s = 0; for (int i = 0; i < n; i++) { if (i >= 0) { s += a[i]; } } return s;",
        f"int s = 0; {SUM} return s;",
    ),
    "a condition that never holds": (
        "int s = 0; for (int i = 0; i < n; i++) { if (i < 0) { s -= 1; } else { s += a[i]; } } return s;",
        f"int s = 0; {SUM} return s;",
    ),
    "an else that does nothing": (
        "int s = 0; for (int i = 0; i < n; i++) { if (a[i] > 2) { s += a[i]; } else { s += 0; } } return s;",
        "int s = 0; for (int i = 0; i < n; i++) { if (a[i] > 2) { s += a[i]; } } return s;",
    ),
    "a branch behind another": (
        "if (n > 3) { return 1; } else if (n > 5) { return 2; } else { return a[0]; }",
        "if (n > 3) { return 1; } else { return a[0]; }",
    ),
    "a loop that changes nothing": (
        f"for (int i = 0; i < n; i++) {{ }} int s = 0; {SUM} return s;",
        f"int s = 0; {SUM} return s;",
    ),
    "a loop that runs once": (
        "int s = n; for (int i = 0; i < 1; i++) { s += 2; } return s;",
        "int s = n; s += 2; return s;",
    ),
    "operands": ("return n * 1 + 0 - 0 * n;", "return n;"),
    "parentheses that are no longer needed": ("return (n + 0) * 3;", "return n * 3;"),
    "a part of a condition": (
        "if (n > 2 && n > 1) { return a[0]; } return 0;",
        "if (n > 2) { return a[0]; } return 0;",
    ),
    "a part that never holds": (
        "if (!(n > 2) || n < 0) { return 1; } return 0;",
        "if (!(n > 2)) { return 1; } return 0;",
    ),
    "the name of what is left": (
        f"int x = 3; int y = x; int s = 0; {SUM} return s;",
        f"int s = 0; {SUM} return s;",
    ),
    "a constant": ("return n * 7 * 0;", "return 0;"),
}
KEPT = {
    "a comparison with zero": (
        "int x = a[0] * a[0]; int s = 0; while (x > 0) { s += x % 10; x /= 10; } return s;"
    ),
    "a break": "int s = 0; for (int i = 0; i < n; i++) { if (a[i] == 2) { s = 1; break; } } return s;",
    "an early return that saves a failure": "if (n == 0) { return 0; } return a[n - 1];",
    "what only a rare value decides": (
        "int s = 0; for (int i = 0; i < n; i++) { if (a[i] == 777) { s += 1; } } return s;"
    ),
    "the head of a loop": (
        "for (int i = 0; i < n / 2; i++) { if (a[i] != a[n - 1 - i]) { return 0; } } return 1;"
    ),
}


def simplified(text: str) -> np.ndarray:
    return simplify(to_tokens(parse(text))[None], inputs_of())[0]


@pytest.mark.parametrize(("before", "after"), CASES.values(), ids=CASES)
def test_what_does_not_matter_goes(before: str, after: str) -> None:
    found = simplified(number(before))
    wanted = to_tokens(parse(number(after)))
    assert format_program(from_tokens(found)) == format_program(from_tokens(wanted))
    assert found[: len(wanted)].tolist() == wanted.tolist()


@pytest.mark.parametrize("body", KEPT.values(), ids=KEPT)
def test_what_matters_or_is_clearer_stays(body: str) -> None:
    assert (simplified(number(body)) == to_tokens(parse(number(body)))).all()


def test_programs_that_change_their_list_or_write_one() -> None:
    place = (
        "void f(int a[], int n) { int x = 1; for (int i = 0; i < n; i++) { a[i] = a[i] * x; a[i] += 2; } }"
    )
    # The first assignment does nothing as x is 1.
    wanted = "void f(int a[], int n) { for (int i = 0; i < n; i++) { a[i] += 2; } }"
    assert format_program(from_tokens(simplified(place))) == format_program(
        from_tokens(to_tokens(parse(wanted)))
    )


def test_a_program_that_fails_keeps_its_failure() -> None:
    text = number("int x = a[0]; return n;")
    found = simplified(text)
    assert found.tolist() == to_tokens(parse(text)).tolist()  # it ends otherwise on an empty list


def test_what_is_no_program_stays() -> None:
    row = np.array([[token_of("<number>"), token_of("return"), EOS]], dtype=np.int32)
    assert (simplify(row, inputs_of()) == row).all()


def test_random_programs_keep_what_they_do_and_get_no_longer() -> None:
    drawn = draw_tasks(ListsSamplerSettings(), 12, 0, 250)
    drawn = drawn.rows(drawn.verdicts_P == 0)
    found_PT = simplify(drawn.tokens_PT, drawn.inputs_PKN)
    assert ((found_PT != EOS).sum(axis=1) <= (drawn.tokens_PT != EOS).sum(axis=1)).all()
    outputs_PKM, statuses_PK = run_batch(found_PT, drawn.inputs_PKN)
    assert (statuses_PK == 0).all()
    assert (outputs_PKM == drawn.outputs_PKN).all()
    for tokens in found_PT[:100]:
        program = from_tokens(tokens)
        written = emit(program)
        assert tokens[: len(written)].tolist() == written.tolist()
        assert not tokens[len(written) :].any()
    assert (simplify(found_PT, drawn.inputs_PKN) == found_PT).mean() > 0.99


def test_dead_parts_of_random_programs_go() -> None:
    drawn = draw_tasks(ListsSamplerSettings.named("lists-short"), 13, 0, 60)
    drawn = drawn.rows((drawn.verdicts_P == 0) & (drawn.tokens_PT[:, -20] == EOS))
    dead = [token_of(text) for text in ("int", "v_11", "=")] + [token_of("7"), token_of(";")]
    more_PT = np.concatenate(
        [drawn.tokens_PT[:, :1], np.tile(dead, (len(drawn.tokens_PT), 1)), drawn.tokens_PT], axis=1
    )
    more_PT = np.delete(more_PT, len(dead) + 1, axis=1).astype(np.int32)
    plain_PT = simplify(drawn.tokens_PT, drawn.inputs_PKN)
    found_PT = simplify(more_PT, drawn.inputs_PKN)
    assert (found_PT[:, : plain_PT.shape[1]] == plain_PT).all(axis=1).mean() > 0.95
