"""The names of a task in programs of the dialect `lists`."""

from __future__ import annotations

from typing import Any

import pytest

from lasynth.domains.c.lists.inputs import Inputs
from lasynth.domains.c.lists.naming import bound, named
from lasynth.domains.c.lists.reading import read_input
from lasynth.domains.c.lists.syntax import (
    Assign,
    Binary,
    Cell,
    Choice,
    Declaration,
    Expression,
    For,
    If,
    Increment,
    Kind,
    Name,
    Number,
    Parameter,
    Program,
    Result,
    Return,
    Room,
    Statement,
    Stepped,
    Unary,
    While,
)
from lasynth.errors import InputError
from lasynth.examples import Example

A = (Parameter("a", Kind.LIST), Parameter("n", Kind.LENGTH))
B = (Parameter("b", Kind.LIST), Parameter("n_b", Kind.LENGTH))
K = Parameter("k", Kind.NUMBER)
OUT = Parameter("out", Kind.OUT)


def names(program: Program) -> list[str]:
    return [parameter.name for parameter in program.parameters]


def kinds(program: Program) -> str:
    return "".join(
        {Kind.LIST: "L", Kind.LENGTH: "n", Kind.NUMBER: "N", Kind.OUT: "o"}[p.kind]
        for p in program.parameters
    )


def shown(given: Any, *statements: Statement, result: Result = Result.NUMBER, parameters: Any = A) -> Program:
    return named(Program(result, parameters, statements), Example(read_input(given, "input"), 1))


@pytest.mark.parametrize(
    ("given", "wanted", "shape"),
    [
        ([1, 2], ["a", "n"], "Ln"),
        ({"xs": [1]}, ["xs", "n"], "Ln"),
        ({"k": 1, "xs": [1]}, ["k", "xs", "n"], "NLn"),
        ({"xs": [1], "ys": [2]}, ["xs", "n_xs", "ys", "n_ys"], "LnLn"),
        ({"n": 3, "xs": [1]}, ["n", "xs", "n_xs"], "NLn"),
        ({"n": [3]}, ["n", "n_n"], "Ln"),
        ({"n": 3, "n_xs": 4, "xs": [1]}, ["n", "n_xs", "xs", "n_xs_"], "NNLn"),
        ([[1], 2], ["a", "n", "k"], "LnN"),
        ([2, [1], 3, [4]], ["k", "a", "n", "k_1", "b", "n_b"], "NLnNLn"),
    ],
)
def test_parameters_are_those_of_the_task(given: Any, wanted: list[str], shape: str) -> None:
    program = shown(given, Return(Number(1)))
    assert (names(program), kinds(program)) == (wanted, shape)
    with_out = shown(given, Return(Number(1)), result=Result.LIST, parameters=(*A, OUT))
    assert (names(with_out), kinds(with_out)) == ([*wanted, "out"], f"{shape}o")


def test_a_single_number_is_called_n() -> None:
    program = shown(5, Return(Binary("+", Name("k"), Number(1))), parameters=(K,))
    assert names(program) == ["n"]
    assert program.statements == (Return(Binary("+", Name("n"), Number(1))),)
    assert names(shown({"x": 5}, Return(Name("k")), parameters=(K,))) == ["x"]


def test_parameters_that_are_not_used_are_added() -> None:
    program = shown({"xs": [1], "k": 2, "ys": [3]}, Return(Name("n_b")), parameters=(*A, *B))
    assert names(program) == ["xs", "n_xs", "k", "ys", "n_ys"]
    assert program.statements == (Return(Name("n_ys")),)
    assert names(shown({"k": 2, "xs": [1]}, Return(Number(0)), parameters=())) == ["k", "xs", "n"]


def test_out_is_renamed_where_an_input_has_its_name() -> None:
    write = Assign(Cell("out", Number(0)), "=", Cell("a", Number(0)))
    program = shown({"out": [1]}, write, Return(Number(1)), result=Result.LIST, parameters=(*A, OUT))
    assert names(program) == ["out", "n", "out_"]
    assert program.statements[0] == Assign(Cell("out_", Number(0)), "=", Cell("out", Number(0)))


def test_a_list_is_changed_in_place() -> None:
    change = Increment(Cell("a", Number(0)), "++")
    program = shown({"xs": [1]}, change, result=Result.IN_PLACE)
    assert program.result == Result.IN_PLACE
    assert program.statements == (Increment(Cell("xs", Number(0)), "++"),)


def test_every_part_of_a_tree_is_renamed() -> None:
    def tree(a: str, n: str, k: str, i: str, t: str, out: str, m: str) -> tuple[Statement, ...]:
        cell: Expression = Cell(a, Binary("%", Name(i), Name(k)))
        return (
            Room(t),
            Declaration(m, Number(0)),
            For(
                (Declaration(i, Unary("-", Name(k))),),
                Binary("<", Name(i), Name(n)),
                (Increment(Name(i), "++"), Assign(Name(m), "+=", Number(0))),
                (
                    If(
                        Unary("!", cell),
                        (Assign(Cell(out, Stepped(m, "++")), "=", cell),),
                        (Assign(Cell(t, Name(i)), "=", Choice(Name(n), cell, Name(m))),),
                    ),
                ),
            ),
            While(Binary(">", Name(m), Name(n)), (Increment(Cell(out, Name(m)), "--"),)),
            Return(Name(m)),
        )

    # Every local has the name of an input.
    given = {"i": [1], "t": 3, "m": [2]}
    program = shown(
        given, *tree("a", "n", "k", "i", "t", "out", "m"), result=Result.LIST, parameters=(*A, *B, K, OUT)
    )
    assert names(program) == ["i", "n_i", "t", "m", "n_m", "out"]
    assert program.statements == tree("i", "n_i", "t", "i_", "t_", "out", "m_")


def test_names_may_change_places() -> None:
    program = shown({"b": [1], "a": [2]}, Return(Binary("-", Name("n"), Name("n_b"))), parameters=(*A, *B))
    assert names(program) == ["b", "n_b", "a", "n_a"]
    assert program.statements == (Return(Binary("-", Name("n_b"), Name("n_a"))),)


def test_a_new_name_of_a_variable_is_free() -> None:
    program = shown(
        {"i": [1], "i_": 2}, Declaration("i", Number(1)), Declaration("i__", Number(2)), Return(Name("i"))
    )
    assert program.statements == (
        Declaration("i___", Number(1)),
        Declaration("i__", Number(2)),
        Return(Name("i___")),
    )


def test_the_function_is_not_called_as_an_input() -> None:
    assert shown({"f": [1]}, Return(Number(1))).function == "f_"
    assert shown({"g": [1]}, Return(Number(1))).function == "f"


# Binding ----------------------------------------------------------------------------------------------


def program_of(*parameters: Parameter, result: Result = Result.NUMBER) -> Program:
    return Program(result, parameters, (Return(Number(0)),))


XS = (Parameter("xs", Kind.LIST), Parameter("n", Kind.LENGTH))
YS = (Parameter("ys", Kind.LIST), Parameter("m", Kind.LENGTH))


@pytest.mark.parametrize(
    ("parameters", "given", "wanted"),
    [
        (XS, [1, 2], (1, 2)),
        (XS, 5, (5,)),
        ((K,), 5, 5),
        ((K,), {"x": 5}, Inputs(("x",), (5,))),
        ((*XS, *YS), {"ys": [2], "xs": [1]}, Inputs(("xs", "ys"), ((1,), (2,)))),
        ((*XS, *YS), {"v": [2], "w": [1]}, Inputs(("v", "w"), ((2,), (1,)))),
        ((*XS, *YS), {"ys": [2], "w": [1]}, Inputs(("ys", "w"), ((2,), (1,)))),
        ((*XS, K), [2, [1]], Inputs(None, (2, (1,)))),
        ((*XS, K), {"k": 2, "xs": 1}, Inputs(("xs", "k"), ((1,), 2))),
        ((*XS, K, OUT), {"k": 2, "xs": [1]}, Inputs(("xs", "k"), ((1,), 2))),
    ],
)
def test_inputs_are_matched_by_name_or_by_order(parameters: Any, given: Any, wanted: Any) -> None:
    assert bound(program_of(*parameters), read_input(given, "input")) == wanted


@pytest.mark.parametrize(
    ("parameters", "given", "message"),
    [
        ((*XS, K), [1, 2], "the program takes a list xs and a number k, the input is a list."),
        (XS, [[1], 2], "the program takes a list xs, the input is a list and a number."),
        ((K,), [1], "the program takes a number k, the input is a list."),
        ((*XS, K), {"k": [1], "xs": 2}, "the input is a list k and a number xs."),
        ((), 5, "the program takes nothing, the input is a number"),
    ],
)
def test_other_inputs_are_refused(parameters: Any, given: Any, message: str) -> None:
    with pytest.raises(InputError) as caught:
        bound(program_of(*parameters), read_input(given, "input"))
    assert str(caught.value).startswith("input: the program takes ")
    assert message in str(caught.value)
