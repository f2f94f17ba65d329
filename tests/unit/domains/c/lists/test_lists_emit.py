from __future__ import annotations

import pytest

from lasynth.domains.c.lists.emit import emit
from lasynth.domains.c.lists.parser import parse, to_tokens
from lasynth.domains.c.lists.sampling.sampler import sample_trees
from lasynth.domains.c.lists.sampling.settings import ListsSamplerSettings
from lasynth.domains.c.lists.syntax import (
    Assign,
    Binary,
    Choice,
    Declaration,
    Name,
    Number,
    Program,
    Result,
    Return,
    Unary,
)
from lasynth.domains.c.lists.tokens import parameters_of
from lasynth.errors import ProgramError

TEXTS = {
    "a number": "int f(const int a[], int n) { return n; }",
    "in place": "void f(int a[], int n) { if (n > 1) { return; } a[0]++; }",
    "a list": "int f(const int xs[], int n, int k, int out[]) { int m = 0; out[m++] = xs[k]; return m; }",
    "declarations with one int": "int f(int k) { for (int i = 0, j = k; i < j; i++, j -= 2) { } return k; }",
    "a head without anything": "int f(int k) { for (;;) { return k; } }",
    "else if": "int f(int k) { if (k) { } else if (k > 1) { k--; } else { k = 2; } return k; }",
    "if in else": "int f(int k) { if (k) { k = 1; } else { if (k > 1) { k--; } } return k; }",
    "names in blocks": "int f(int k) { if (k) { int x = 1; k = x; } int y = 2; { } return y; }".replace(
        "{ } ", ""
    ),
    "lists to work with": "int f(int k) { int p[64]; int q[64]; q[0] = k; p[q[0]] = 3; return p[k]; }",
    "a variable without a value": "int f(int k) { int x; x = k; while (x > 0) { x /= 2; break; } return x; }",
    "parentheses": "int f(int k) { return (k + 1) * 2 - (k - (3 - k)) % 2; }",
    "signs": "int f(int k) { return -k - -3 + -(k + 1) * !k - !(k == -1); }",
    "comparisons of comparisons": "int f(int k) { return (k < 1) == (k > 2) && (k != 0) < 1; }",
    "and in or": "int f(int k) { return (k && 1) || (k || 2) && !(k && 3); }",
    "choices": "int f(int k) { return (k ? 1 : 2) + (k > 1 ? k ? 3 : 4 : 5); }",
    "large": "int f(int k) { return k * 2000000000; }",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_tokens_are_those_of_the_parser(text: str) -> None:
    tree = parse(text)
    assert emit(tree).tolist() == to_tokens(tree).tolist()


@pytest.mark.parametrize("name", ["lists", "lists-short"])
def test_tokens_of_random_programs_are_those_of_the_parser(name: str) -> None:
    for tree, _ in sample_trees(ListsSamplerSettings.named(name), 8, 0, 400):
        assert emit(tree).tolist() == to_tokens(tree).tolist()


def _number(*statements: object) -> Program:
    return Program(Result.NUMBER, parameters_of(Result.NUMBER, 0, 1), statements)  # type: ignore[arg-type]


def test_a_negative_number_has_parentheses_behind_a_sign() -> None:
    minus_two = Unary("-", Number(-2))
    tree = _number(Return(Binary("-", Choice(Name("k"), minus_two, Number(-1)), Number(-3))))
    assert emit(tree).tolist() == to_tokens(tree).tolist()


def test_names_must_be_declared() -> None:
    with pytest.raises(ProgramError, match="'x' is not declared"):
        emit(_number(Return(Name("x"))))
    with pytest.raises(ProgramError, match="'k' is declared already"):
        emit(_number(Declaration("k", Number(1)), Return(Name("k"))))


def test_there_are_so_many_names() -> None:
    declared = [Declaration(f"x{number}", Number(0)) for number in range(13)]
    assert len(emit(_number(*declared[:12], Return(Name("k")))))
    with pytest.raises(ProgramError, match="more than 12 variables"):
        emit(_number(*declared, Return(Name("k"))))


def test_a_name_is_free_again_behind_its_block() -> None:
    text = "int f(int k) { for (int i = 0; i < k; i++) { int x = i; k -= x; } int y = k; return y; }"
    assert emit(parse(text)).tolist() == to_tokens(parse(text.replace("y", "z"))).tolist()
    assert emit(_number(Assign(Name("k"), "+=", Number(1)))).tolist()
