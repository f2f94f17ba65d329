"""The importer, on saved programs of Csmith and on small programs for one rule each."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lasynth.domains.base import Status
from lasynth.domains.c import csmith_import
from lasynth.domains.c.csmith_import import Reason, import_programs
from lasynth.domains.c.grammar import FIRST_INT, token_of
from lasynth.domains.c.language import LANGUAGE
from lasynth.domains.c.machine import run_batch
from lasynth.domains.c.syntax import (
    Assign,
    Cell,
    Comparison,
    For,
    If,
    Increment,
    Logical,
    Name,
    Not,
    Number,
    Parenthesized,
    Program,
)
from lasynth.domains.c.tasks import Verdict, draw_examples
from lasynth.domains.random import program_keys
from lasynth.errors import InputError
from lasynth.grammar import IntArray

SAVED = Path(__file__).resolve().parents[3] / "data" / "csmith"
NAMES = sorted(file.name for file in SAVED.glob("*.c"))
SEEDS = range(12)


def programs_of(text: str, seed: int = 0, **limits: int) -> list[IntArray | Reason]:
    return import_programs(text, program_keys(seed, 7, 1), **limits)


def tokens_of(text: str, seed: int = 0, **limits: int) -> list[IntArray]:
    return [piece for piece in programs_of(text, seed, **limits) if not isinstance(piece, Reason)]


def function(body: str, before: str = "") -> str:
    return (
        f"static int32_t g_1 = 1;\nstatic int32_t g_2[4];\n{before}\nstatic void func_1(void)\n{{ {body} }}"
    )


def only(body: str, seed: int = 0, before: str = "") -> Program:
    """The only program of a body, as a tree."""
    (piece,) = programs_of(function(body, before), seed)
    assert not isinstance(piece, Reason), piece
    return LANGUAGE.text.from_tokens(piece)


def padded(rows: list[IntArray]) -> IntArray:
    tokens_PT = np.zeros((len(rows), max(map(len, rows))), dtype=np.int32)
    for row, tokens in zip(tokens_PT, rows, strict=True):
        row[: len(tokens)] = tokens
    return tokens_PT


def test_the_saved_programs_are_there() -> None:
    assert len(NAMES) == 4


@pytest.mark.parametrize("name", NAMES)
def test_imported_programs_parse_and_come_back_equal(name: str) -> None:
    text = (SAVED / name).read_text()
    rows = [row for seed in SEEDS for row in tokens_of(text, seed)]
    assert rows
    for row in rows:
        program = LANGUAGE.text.from_tokens(row)
        assert (LANGUAGE.text.to_tokens(program) == row).all()
        assert LANGUAGE.text.parse(LANGUAGE.text.format(program)) == program
        assert len(row) <= 256
        assert row[-1] == 0


@pytest.mark.parametrize("name", NAMES)
def test_the_stream_alone_decides(name: str) -> None:
    text = (SAVED / name).read_text()
    one, again, other = programs_of(text, 1), programs_of(text, 1), programs_of(text, 2)
    assert len(one) == len(again)
    assert all(
        np.array_equal(a, b) if isinstance(a, np.ndarray) else a is b for a, b in zip(one, again, strict=True)
    )
    assert [str(piece) for piece in one] != [str(piece) for piece in other]


@pytest.mark.parametrize("num_cells", [2, 5, 9])
def test_limits_are_kept(num_cells: int) -> None:
    for name in NAMES:
        for row in tokens_of((SAVED / name).read_text(), num_cells=num_cells, max_constant=3, max_tokens=90):
            assert len(row) <= 90
            index = np.flatnonzero(row == token_of("[")) + 1
            assert (row[index] < FIRST_INT + num_cells).all()
            numbers = np.flatnonzero(row >= FIRST_INT)
            in_head = {position for position in numbers if row[position - 1] in HEAD}
            free = [
                row[position] for position in numbers if position not in in_head and position not in index
            ]
            assert all(number - FIRST_INT <= 3 for number in free)


HEAD = [token_of(text) for text in ("=", "<", "<=", ">", ">=")]


def test_a_shorter_limit_gives_more_pieces() -> None:
    text = (SAVED / "seed_24.c").read_text()
    assert len(programs_of(text, max_tokens=60)) > len(programs_of(text, max_tokens=256))


def test_constants_are_drawn_anew() -> None:
    values = set()
    for seed in range(200):
        (statement,) = only("g_2[1] = 0x7FFFFFFF;", seed).statements
        assert isinstance(statement, Assign)
        assert isinstance(statement.value, Number)
        values.add(statement.value.value)
    assert values == set(range(-4, 5))


def test_operators_are_drawn_anew_and_sums_are_kept() -> None:
    def operators(sign: str) -> set[str]:
        found = set()
        for seed in range(40):
            (statement,) = only(f"g_2[1] = (g_2[0] {sign} g_2[2]);", seed).statements
            assert isinstance(statement.value, Parenthesized)
            found.add(statement.value.inner.operator)
        return found

    assert operators("+") == {"+"}
    assert operators("-") == {"-"}
    assert operators("*") == operators(">>") == operators("==") == operators("&&") == {"+", "-"}


def test_assignments_with_an_operator() -> None:
    def operators(sign: str) -> set[str]:
        return {only(f"g_2[1] {sign} 3;", seed).statements[0].operator for seed in range(40)}

    assert operators("=") == {"="}
    assert operators("+=") == {"+="}
    assert operators("-=") == {"-="}
    assert operators("^=") == operators("<<=") == {"+=", "-="}


def test_an_expression_has_at_most_two_operations() -> None:
    deep = "((g_2[0] * (g_2[1] + 3)) ^ ((g_2[2] | g_2[3]) - ((uint16_t)g_2[0] % 5)))"
    for seed in SEEDS:
        text = LANGUAGE.text.format(only(f"g_2[1] = {deep};", seed))
        line = next(line for line in text.splitlines() if "=" in line).replace("= -", "= ").replace("(-", "(")
        signs = line.replace("+ -", "+ ").replace("- -", "- ")
        assert 1 <= signs.count("+") + signs.count("-") <= 2
        compound = only(f"g_2[1] ^= {deep};", seed).statements[0].value
        assert isinstance(compound, Parenthesized)  # one operation; the assignment itself is another


def test_loops() -> None:
    ends = set()
    for seed in range(200):
        (loop,) = only("for (g_1 = 30; (g_1 < 99); g_1 += 7) { g_2[g_1] = 1; }", seed).statements
        assert isinstance(loop, For)
        assert (loop.variable, loop.relation, loop.step, loop.declares) == ("p_0", "<", "++", False)
        assert loop.body[0].target == Cell(Name("p_0"))
        ends.add((loop.start.value, loop.bound.value))
    assert ends == {(low, high + 1) for low in range(5) for high in range(low, 5)}
    (loop,) = only("for (g_1 = 9; (g_1 >= 0); --g_1) { g_2[g_1] = 1; }").statements
    assert (loop.relation, loop.step, loop.prefix) == (">=", "--", True)
    assert loop.start.value >= loop.bound.value >= 0
    # A relation that does not fit the step is reversed; one without an order becomes <= or >=.
    (loop,) = only("for (g_1 = 0; (g_1 > 6); g_1 += 4) { g_2[g_1] = 1; }").statements
    assert (loop.relation, loop.step) == ("<", "++")
    (loop,) = only("for (g_1 = 0; (g_1 != 6); g_1 -= 4) { g_2[g_1] = 1; }").statements
    assert (loop.relation, loop.step) == (">=", "--")


def test_a_step_by_a_wrapper_goes_with_the_relation() -> None:
    for relation, step in ((">", "--"), (">=", "--"), ("<", "++")):
        head = f"g_1 = 0; (g_1 {relation} 3); g_1 = safe_sub_func_int16_t_s_s(g_1, 9)"
        (loop,) = only(f"for ({head}) {{ g_2[g_1] = 1; }}").statements
        assert (loop.relation, loop.step) == (relation, step)


def test_loops_over_a_cell_count_with_a_variable_of_their_own() -> None:
    inner = "for (g_2[0] = 0; (g_2[0] < 3); g_2[0]++) { g_2[2] += 1; }"
    (outer,) = only(f"for (g_2[1] = 0; (g_2[1] < 3); g_2[1]++) {{ {inner} }}").statements
    assert outer.variable == "p_0"
    assert outer.body[0].variable == "p_1"


def test_how_csmith_fills_arrays_is_left_out() -> None:
    text = "int l_3[2]; int i; for (i = 0; i < 2; i++) l_3[i] = 1; l_3[0]++;"
    assert only(text).statements[0] == Increment(only(text).statements[0].target, "++")
    assert len(only(text).statements) == 1


def test_indices_are_in_the_list() -> None:
    for seed in SEEDS:
        (first, second, loop) = only(
            "g_2[g_1] = 1; g_2[77] = 1;for (l_3 = 0; (l_3 < 9); l_3++) { g_2[g_1] = 1; g_2[(l_3 + 1)] = 2; }",
            seed,
        ).statements
        assert 0 <= first.target.index.value <= 4
        assert 0 <= second.target.index.value <= 4
        assert [statement.target.index for statement in loop.body] == [Name("p_0")] * 2


def test_all_arrays_are_the_list_and_some_globals_are_in_it() -> None:
    places = {
        only("g_1 = 1; l_9[0] = 1;", seed, "static int32_t l_9[3];").statements[0].target
        for seed in range(60)
    }
    assert places == {Name("l_0"), *(Cell(Number(cell)) for cell in range(5))}
    for seed in SEEDS:  # locals are never in the list
        assert only("int32_t l_4 = 9; l_4 = 2; g_2[1] = l_4;", seed).statements[0].target == Name("l_0")


def test_a_ninth_variable_is_in_the_list() -> None:
    body = "".join(f"l_{number} = 1; " for number in range(12)) + "g_2[0] = 1;"
    program = only(body)
    assert len(program.declarations) == 8
    assert [type(statement.target) for statement in program.statements] == [Name] * 8 + [Cell] * 5


def test_everything_used_is_declared_once_with_a_small_constant() -> None:
    declared = only("l_3 = l_4; for (l_5 = 0; (l_5 < 2); l_5++) { g_2[l_5] = l_4; }").declarations
    assert [one.name for one in declared] == ["l_0", "l_1", "p_0"]
    assert all(-4 <= one.value <= 4 for one in declared)


def test_branches() -> None:
    (branch,) = only("if ((l_3 < g_2[1])) { g_2[0] = 1; } else { g_2[0] = 2; }").statements
    assert isinstance(branch, If)
    assert isinstance(branch.condition, Comparison)
    assert len(branch.then) == len(branch.otherwise) == 1
    (branch,) = only("if (!l_3) { g_2[0] = 1; }").statements
    assert branch.condition == Not(Name("l_0"))
    (branch,) = only("if ((!(l_3 < 2))) { g_2[0] = 1; }").statements
    assert isinstance(branch.condition, Not)
    (branch,) = only("if (((l_3 && (l_4 > 1)) && ((l_5 || l_3) && l_6))) { g_2[0] = 1; }").statements
    assert isinstance(branch.condition, Logical)
    assert (branch.condition.operator, len(branch.condition.tests)) == ("&&", 3)
    # If the first branch is empty, the other is kept under the negated test.
    (branch,) = only("if ((l_3 < 2)) { return; } else { g_2[0] = 2; }").statements
    assert isinstance(branch.condition, Not)
    assert branch.otherwise == ()


def test_jumps_are_kept_in_loops_only() -> None:
    (loop,) = only(
        "for (l_3 = 0; (l_3 < 2); l_3++) { if (l_4) break; g_2[1]++; if (l_4) continue; }"
    ).statements
    assert [type(item.then[0]).__name__ for item in loop.body if isinstance(item, If)] == [
        "Break",
        "Continue",
    ]


def test_what_the_subset_lacks_is_left_out() -> None:
    body = "goto out; func_2(1); *l_7 = 3; while (l_3) { g_2[1]++; } out: --g_2[3]; l_8.f0 = 2; return;"
    program = only(body)
    assert [type(statement) for statement in program.statements] == [Assign, Increment]  # *l_7 is l_7
    assert program.statements[1].prefix


def test_wrappers_of_safe_arithmetic_are_operations() -> None:
    text = "g_2[1] = safe_sub_func_int32_t_s_s(g_2[0], (safe_add_func_int32_t_s_s(l_3, g_2[2])));"
    value = only(text).statements[0].value
    assert (value.operator, value.right.inner.operator) == ("-", "+")


@pytest.mark.parametrize(
    ("text", "reasons"),
    [
        ("static void func_1(void) { return; }", [Reason.EMPTY]),
        ("static int g_1 = 1;", [Reason.EMPTY]),
        ("", [Reason.EMPTY]),
        ("static void func_1(void) { int l_1 = 0; l_1 = 2; }", [Reason.NO_CELL]),
        ("static void func_1(void) { if (", [Reason.UNREADABLE]),
        (
            "#include <no.h>\n// none\nint f(void) { return 0; } int g(void) { int l; l++; }",
            ["empty", "no_cell"],
        ),
    ],
)
def test_reasons(text: str, reasons: list[Reason]) -> None:
    assert programs_of(text) == reasons


def test_what_is_too_long_is_cut_down_or_given_up() -> None:
    block = "g_2[0] = (g_2[1] + g_2[2]); g_2[1] += 2; "
    whole = function(f"for (l_3 = 0; (l_3 < 3); l_3++) {{ {block * 4} }}")
    assert len(tokens_of(whole)) == 1
    pieces = tokens_of(whole, max_tokens=50)
    assert len(pieces) == 2
    assert all(token_of("for") not in piece for piece in pieces)
    nested = "g_2[1] = 1;"
    for number in range(9):
        nested = f"for (l_{number} = 0; (l_{number} < 3); l_{number}++) {{ {nested} }}"
    assert len(tokens_of(function(nested))) == 1  # nine loop variables: the outer loop is left out
    assert programs_of(function("g_2[0] = (g_2[1] + (g_2[2] - g_2[3]));"), max_tokens=8) == [Reason.TOO_LONG]


def test_without_the_reader_one_message_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pycparser", None)
    with pytest.raises(InputError, match=r"pip install 'lasynth\[csmith\]'"):
        csmith_import.load_pycparser()


def test_examples_of_given_programs() -> None:
    rows = [row for name in NAMES for seed in range(6) for row in tokens_of((SAVED / name).read_text(), seed)]
    keys_P = program_keys(3, 0, len(rows))
    before = keys_P.copy()
    tasks = draw_examples(padded(rows), keys_P, num_cells=5, num_examples=6)
    assert (keys_P == before).all()
    accepted = tasks.verdicts_P == Verdict.ACCEPTED
    assert 10 < accepted.sum() < len(rows)
    assert not (tasks.verdicts_P == Verdict.INVALID).any()
    outputs_PKN, statuses_PK = run_batch(tasks.tokens_PT[accepted], tasks.inputs_PKN[accepted])
    assert (statuses_PK == Status.OK).all()
    assert (outputs_PKN == tasks.outputs_PKN[accepted]).all()
    assert abs(outputs_PKN).max() <= 4
    for inputs_KN in tasks.inputs_PKN[accepted]:
        assert len(np.unique(inputs_KN, axis=0)) == 6
    # A row depends on its program and key alone, and canonical names do not change its behaviour.
    last = draw_examples(padded(rows[-1:]), keys_P[-1:], num_cells=5, num_examples=6)
    assert (last.inputs_PKN[0] == tasks.inputs_PKN[-1]).all()
    given_PKN, _ = run_batch(padded(rows)[accepted], tasks.inputs_PKN[accepted])
    assert (given_PKN == outputs_PKN).all()


def test_examples_of_what_is_no_program() -> None:
    tokens_PT = np.array(
        [[token_of("for"), token_of("for"), 0], [0, 0, 0], [token_of("a"), 0, 0]], dtype=np.int32
    )
    tasks = draw_examples(tokens_PT, program_keys(0, 0, 3), num_cells=5)
    assert tasks.verdicts_P[0] == tasks.verdicts_P[2] == Verdict.INVALID
    with pytest.raises(ValueError, match="2 keys for 3 programs"):
        draw_examples(tokens_PT, program_keys(0, 0, 2), num_cells=5)
