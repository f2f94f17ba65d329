"""Terms as C: the text of some, and random ones run against their values."""

from __future__ import annotations

import random
import subprocess
from pathlib import Path

import numpy as np
import pytest
from compilers import compiler

from lasynth.domains.base import Status
from lasynth.domains.c.lists.layout import (
    LIST_WIDTH,
    LISTS_AT,
    NUM_LISTS_AT,
    NUM_NUMBERS_AT,
    NUMBERS_AT,
    input_width,
)
from lasynth.domains.c.lists.machine import run_batch
from lasynth.domains.c.lists.parser import parse, to_tokens
from lasynth.domains.c.lists.printer import format_program
from lasynth.domains.c.lists.syntax import Result
from lasynth.domains.c.lists.terms.operations import OPERATIONS, Function, Type
from lasynth.domains.c.lists.terms.term import Term, Value, constant, constants, input_term, value_of
from lasynth.domains.c.lists.terms.writing import UnwritableError, written

F = Function
A = input_term(0, Type.LIST)
LISTS = [Type.LIST]
SIGNATURES = [
    LISTS,
    [Type.LIST, Type.NUMBER],
    [Type.LIST, Type.LIST],
    [Type.NUMBER, Type.LIST, Type.LIST],
]


def of(function: Function, *arguments: Term, result: Type = Type.LIST) -> Term:
    return Term(function, result, arguments)


def text(term: Term, result: Result) -> str:
    return format_program(written(term, LISTS, result))


def test_a_filter_and_a_map_are_one_loop() -> None:
    even = of(F.EVEN, A, result=Type.MASK)
    assert text(of(F.FILTER, of(F.MULTIPLY, A, constant(3)), even), Result.LIST) == (
        "int f(const int a[], int n, int out[]) {\n"
        "    int m = 0;\n"
        "    for (int i = 0; i < n; i++) {\n"
        "        if (a[i] % 2 == 0) {\n"
        "            out[m++] = a[i] * 3;\n"
        "        }\n"
        "    }\n"
        "    return m;\n"
        "}\n"
    )


def test_in_place_cells_are_changed_where_they_stand() -> None:
    assert text(of(F.RUNNING_SUM, A), Result.IN_PLACE) == (
        "void f(int a[], int n) {\n"
        "    int sum = 0;\n"
        "    for (int i = 0; i < n; i++) {\n"
        "        sum += a[i];\n"
        "        a[i] = sum;\n"
        "    }\n"
        "}\n"
    )


def test_in_place_a_number_is_read_before_its_cell_changes() -> None:
    term = of(F.ADD, A, of(F.FIRST, A, result=Type.NUMBER))
    assert text(term, Result.IN_PLACE) == (
        "void f(int a[], int n) {\n"
        "    int x = a[0];\n"
        "    for (int i = 0; i < n; i++) {\n"
        "        a[i] += x;\n"
        "    }\n"
        "}\n"
    )


def test_a_sum_over_a_condition() -> None:
    term = of(F.COUNT, of(F.GREATER, A, constant(3), result=Type.MASK), result=Type.NUMBER)
    assert text(term, Result.NUMBER) == (
        "int f(const int a[], int n) {\n"
        "    int count = 0;\n"
        "    for (int i = 0; i < n; i++) {\n"
        "        if (a[i] > 3) {\n"
        "            count++;\n"
        "        }\n"
        "    }\n"
        "    return count;\n"
        "}\n"
    )


def test_a_branch_computes_each_side_in_its_own_block() -> None:
    condition = of(
        F.LESS, of(F.FIRST, A, result=Type.NUMBER), of(F.LENGTH, A, result=Type.NUMBER), result=Type.NUMBER
    )
    term = of(F.IF, condition, of(F.SORT, A), of(F.DROP, A, constant(2)))
    shown = text(term, Result.LIST)
    assert shown.count("return") == 2
    assert "if (a[0] < n) {" in shown


def test_too_many_lists_to_work_with() -> None:
    term: Term = A
    for _ in range(3):
        term = of(F.UNIQUE, of(F.SORT, of(F.INTERLEAVE, term, term)))
    with pytest.raises(UnwritableError):
        written(term, LISTS, Result.LIST)


def random_term(rng: random.Random, type_: Type, types: list[Type], depth: int) -> Term:
    """A term whose masks are mostly about the lists beside them."""
    leaves = [input_term(place, each) for place, each in enumerate(types) if each is type_]
    if type_ is Type.NUMBER:
        leaves.append(constant(rng.choice([0, 1, 2, 3, -1, 5, 10])))
    if type_ is Type.LIST:
        leaves.append(constants([rng.randrange(10) for _ in range(rng.randrange(4))]))
    if type_ is not Type.MASK and (depth <= 0 or rng.random() < 0.2):
        return rng.choice(leaves)
    operation = rng.choice(
        [
            each
            for each in OPERATIONS
            if each.result is type_ and (depth > 0 or Type.MASK not in each.arguments)
        ]
    )
    arguments = [random_term(rng, each, types, depth - 1) for each in operation.arguments]
    places = [place for place, each in enumerate(operation.arguments) if each is not Type.NUMBER]
    if Type.MASK in operation.arguments:
        about = next(
            (arguments[place] for place in places if operation.arguments[place] is Type.LIST),
            random_term(rng, Type.LIST, types, depth - 1),
        )
        for place in places:
            is_mask = operation.arguments[place] is Type.MASK
            arguments[place] = random_mask(rng, about, types) if is_mask else about
    shortest = operation.function < F.CHOOSE and len(places) == 2 and rng.random() < 0.5
    return Term(operation.function, type_, tuple(arguments), shortest=shortest)


def random_mask(rng: random.Random, about: Term, types: list[Type]) -> Term:
    operation = rng.choice(
        [each for each in OPERATIONS if each.result is Type.MASK and each.arguments[0] is Type.LIST]
    )
    others = [random_term(rng, each, types, 1) for each in operation.arguments[1:]]
    return Term(operation.function, Type.MASK, (about, *others))


def random_inputs(rng: random.Random, types: list[Type]) -> tuple[Value, ...]:
    size, high = rng.choice([0, 1, 2, 3, 5, 8]), rng.choice([4, 10, 30])
    low = -2 if rng.random() < 0.3 else 0
    values: list[Value] = []
    for type_ in types:
        num = size if rng.random() < 0.6 else rng.choice([0, 1, 3, 6])
        cells = tuple(rng.randrange(low, high) for _ in range(num))
        values.append(cells if type_ is Type.LIST else rng.randrange(-1, 6))
    return tuple(values)


def random_case(seed: int) -> tuple[Term, list[Type], Result, random.Random]:
    rng = random.Random(seed)
    types = rng.choice(SIGNATURES)
    result = rng.choice(list(Result))
    if result is Result.IN_PLACE and types.count(Type.LIST) > 1:
        result = Result.LIST
    type_ = Type.NUMBER if result is Result.NUMBER else Type.LIST
    term = random_term(rng, type_, types, rng.choice([1, 2, 2, 3]))
    if rng.random() < 0.1:
        condition = random_term(rng, Type.NUMBER, types, 1)
        term = Term(F.IF, type_, (condition, term, random_term(rng, type_, types, 1)))
    return term, types, result, rng


def is_kept(values: tuple[Value, ...], wanted: Value | None, result: Result) -> bool:
    """Whether a term's value says what its program must give: in place, the length stays."""
    if wanted is None or result is not Result.IN_PLACE:
        return wanted is not None
    cells = next(value for value in values if isinstance(value, tuple))
    return isinstance(wanted, tuple) and len(wanted) == len(cells)


def laid_out(values: tuple[Value, ...]) -> np.ndarray:
    lists = [value for value in values if isinstance(value, tuple)]
    numbers = [value for value in values if not isinstance(value, tuple)]
    row = np.zeros(input_width(len(lists)), np.int32)
    row[NUM_LISTS_AT], row[NUM_NUMBERS_AT] = len(lists), len(numbers)
    row[NUMBERS_AT : NUMBERS_AT + len(numbers)] = numbers
    for place, cells in enumerate(lists):
        start = LISTS_AT + LIST_WIDTH * place
        row[start] = len(cells)
        row[start + 1 : start + 1 + len(cells)] = cells
    return row


def test_programs_give_the_values_of_their_terms() -> None:
    met = set()
    for seed in range(1500):
        term, types, result, rng = random_case(seed)
        try:
            program = written(term, types, result)
        except UnwritableError:
            continue
        tokens = to_tokens(parse(format_program(program)))
        for _ in range(8):
            values = random_inputs(rng, types)
            wanted = value_of(term, values)
            if not is_kept(values, wanted, result):
                continue
            outputs, statuses = run_batch(tokens[None], laid_out(values)[None])
            row = outputs[0, 0]
            got = int(row[1]) if result is Result.NUMBER else tuple(row[1 : 1 + row[0]].tolist())
            assert (Status(int(statuses[0, 0])), got) == (Status.OK, wanted), (seed, str(term), values)
            met.add(term.function)
    assert len(met) > 80


def test_gcc_agrees(tmp_path: Path) -> None:
    found = compiler(sanitize=True)
    functions, calls, wanted_lines = [], [], []
    for seed in range(5000, 5150):
        term, types, result, rng = random_case(seed)
        try:
            program = written(term, types, result)
        except UnwritableError:
            continue
        functions.append(format_program(program).replace(" f(", f" f{seed}(", 1))
        for _ in range(4):
            values = random_inputs(rng, types)
            wanted = value_of(term, values)
            if is_kept(values, wanted, result):
                calls.append(call_in_c(seed, values, result))
                cells = wanted if isinstance(wanted, tuple) else (wanted,)
                wanted_lines.append(" ".join(map(str, cells)))
    body = "\n".join(calls)
    source = tmp_path / "all.c"
    source.write_text(
        "#include <stdio.h>\n" + "\n".join(functions) + f"\nint main(void) {{\n{body}\nreturn 0;\n}}\n"
    )
    sanitizers = ["-fsanitize=undefined", "-fno-sanitize-recover=all"]
    subprocess.run(
        [found.path, "-w", "-O1", *sanitizers, str(source), "-o", str(tmp_path / "all")], check=True
    )
    ran = subprocess.run([str(tmp_path / "all")], capture_output=True, text=True, check=True)
    assert [line.strip() for line in ran.stdout.splitlines()] == wanted_lines


def call_in_c(seed: int, values: tuple[Value, ...], result: Result) -> str:
    """A block that calls a function and prints a line."""
    lists = [value for value in values if isinstance(value, tuple)]
    numbers = [str(value) for value in values if not isinstance(value, tuple)]
    declared = "".join(
        f"int l{place}[64] = {{{', '.join(map(str, cells)) or '0'}}}; " for place, cells in enumerate(lists)
    )
    given = [part for place, cells in enumerate(lists) for part in (f"l{place}", str(len(cells)))] + numbers
    if result is Result.NUMBER:
        return f'{{ {declared}printf("%d\\n", f{seed}({", ".join(given)})); }}'
    name, num = ("l0", str(len(lists[0]))) if result is Result.IN_PLACE else ("out", "m")
    call = f"f{seed}({', '.join(given)});"
    if result is Result.LIST:
        call = f"int out[64]; int m = f{seed}({', '.join([*given, 'out'])});"
    return f'{{ {declared}{call} for (int i = 0; i < {num}; i++) printf("%d ", {name}[i]); printf("\\n"); }}'
