from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from lasynth.domains.c.parser import parse
from lasynth.domains.c.printer import format_body, format_program
from lasynth.domains.c.syntax import (
    Assign,
    Binary,
    Break,
    Cell,
    Comparison,
    Continue,
    Declaration,
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

X, FIRST, ONE = Name("x"), Cell(Number(0)), Number(1)

STATEMENTS = [
    (Assign(X, "=", Number(-4)), "x = -4;"),
    (Assign(FIRST, "+=", X), "a[0] += x;"),
    (Increment(Cell(X), "--"), "a[x]--;"),
    (Increment(X, "++", prefix=True), "++x;"),
    (Assign(X, "=", Binary("-", Binary("+", X, ONE), Number(-2))), "x = x + 1 - -2;"),
    (Assign(X, "=", Parenthesized(Binary("-", X, ONE))), "x = (x - 1);"),
    (Assign(X, "=", Binary("-", X, Parenthesized(Binary("-", FIRST, ONE)))), "x = x - (a[0] - 1);"),
    # Without the parentheses the value would be different.
    (Assign(X, "=", Binary("-", X, Binary("-", FIRST, ONE))), "x = x - (a[0] - 1);"),
    (Break(), "break;"),
    (Continue(), "continue;"),
]
CONDITIONS = [
    (FIRST, "a[0]"),
    (Comparison("<=", Binary("+", X, ONE), FIRST), "x + 1 <= a[0]"),
    (Not(X), "!x"),
    (Not(Parenthesized(Comparison("==", X, ONE))), "!(x == 1)"),
    (Logical("||", (X, Not(X), Comparison("!=", X, ONE))), "x || !x || x != 1"),
]

NESTED = """\
int * func_1(int a[])
{
    int best = -4;
    int k;
    for (int i = 4; i >= 0; i--)
    {
        if (a[i] > best && !(i == 2))
        {
            best = a[i];
            continue;
        }
        else
        {
            break;
        }
    }
    for (k = 0; k < best; ++k)
    {
        a[k] -= (best + 1) - k;
    }
    return a;
}
"""


@pytest.mark.parametrize(("statement", "text"), STATEMENTS)
def test_statements(statement: object, text: str) -> None:
    assert format_body(Program((), (statement,))) == text + "\n"  # type: ignore[arg-type]


@pytest.mark.parametrize(("condition", "text"), CONDITIONS)
def test_conditions(condition: object, text: str) -> None:
    branch = If(condition, (Break(),))  # type: ignore[arg-type]
    assert format_body(Program((), (branch,))) == f"if ({text})\n{{\n    break;\n}}\n"


def test_declarations() -> None:
    body = format_body(Program((Declaration("x"), Declaration("y", -1)), ()))
    assert body == "int x;\nint y = -1;\n"


def test_names_of_function_and_list_are_kept() -> None:
    program = Program((), (Increment(FIRST, "++"),), function="bump", list_name="list")
    assert format_program(program) == "int * bump(int list[])\n{\n    list[0]++;\n    return list;\n}\n"


def test_a_whole_program_is_printed_as_it_was_written() -> None:
    assert format_program(parse(NESTED)) == NESTED


def test_the_programs_of_the_paper_are_printed_as_they_stand_there(root: Path) -> None:
    files = sorted((root / "examples" / "fig5" / "solutions").glob("*.c"))
    assert len(files) == 3
    for file in files:
        text = file.read_text()
        assert format_program(parse(text)) == text[text.index("int *") :]


def test_what_a_sanitized_build_prints() -> None:
    loop = For("i", Number(0), "<", Number(5), "++", (Assign(Cell(Name("i")), "+=", Binary("+", X, ONE)),))
    text = format_program(Program((), (loop,)), loop_test="T({})", opaque="V({})")
    assert "for (i = 0; T(i < 5); i++)" in text
    assert "V(a[i]), a[i] += V(x + 1);" in text


def test_programs_compile_without_a_warning(root: Path, tmp_path: Path) -> None:
    gcc = shutil.which("gcc")
    if gcc is None:
        pytest.skip("gcc is not installed")
    files = sorted((root / "examples").glob("*/solutions/*.c"))
    assert len(files) > 30
    for number, file in enumerate(files):
        (tmp_path / f"{number}.c").write_text(format_program(parse(file.read_text())))
    (tmp_path / "nested.c").write_text(NESTED)
    command = [gcc, "-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic", "-fsyntax-only"]
    sources = [str(file) for file in sorted(tmp_path.glob("*.c"))]
    done = subprocess.run([*command, *sources], capture_output=True, text=True, timeout=600)
    assert (done.returncode, done.stderr) == (0, "")
