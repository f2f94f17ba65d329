from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import numpy as np
import pytest

from lasynth.domains.c.grammar import EOS, FIRST_INT, lexeme, token_of
from lasynth.domains.c.lexer import MAX_LITERAL
from lasynth.domains.c.parser import from_tokens, parse, to_tokens
from lasynth.domains.c.syntax import Assign, Binary, Cell, Name, Number, Program
from lasynth.errors import ProgramError

CORPUS = Path(__file__).resolve().parents[3] / "corpus" / "c"
RULE = "=" * 30
_CASE = re.compile(rf"^{RULE}\n([^\n]+)\n{RULE}\n(.*?)\n---\n(.*?)(?=^{RULE}$|\Z)", re.MULTILINE | re.DOTALL)


# A corpus file holds cases: a title, a source, and after `---` the tree of the source or its error.
def shown(source: str) -> str:
    """The expected text in a corpus file for a source: its tree or the error."""
    try:
        return tree(parse(source))
    except ProgramError as error:
        return str(error)


def tree(node: object, indent: str = "") -> str:
    """A tree as an S-expression: statements and tests on separate lines, without False."""
    if isinstance(node, tuple):
        return "".join(f"\n{indent}  {tree(item, indent + '  ')}" for item in node)
    if not dataclasses.is_dataclass(node):
        return str(node)
    values = {field.name: getattr(node, field.name) for field in dataclasses.fields(node)}
    words = [re.sub(r"(?<!^)(?=[A-Z])", "_", type(node).__name__).lower()]
    below = ""
    for name, value in values.items():
        if isinstance(value, tuple):
            below += f"\n{indent}  else" if name == "otherwise" and value else ""
            below += tree(value, indent)
        elif value is not False:
            words.append(name if value is True else tree(value, indent))
    return f"({' '.join(words)}{below})"


def corpus() -> list[object]:
    cases = []
    for file in sorted(CORPUS.glob("*.txt")):
        text = file.read_text()
        found = _CASE.findall(text)
        assert len(found) == text.count("\n---\n") > 0, f"{file} cannot be read"
        for title, source, expected in found:
            cases.append(pytest.param(source.strip("\n"), expected.strip("\n"), id=f"{file.stem}: {title}"))
    return cases


@pytest.mark.parametrize(("source", "expected"), corpus())
def test_corpus(source: str, expected: str) -> None:
    assert shown(source) == expected


def words(source: str) -> str:
    return " ".join(lexeme(int(token)) for token in to_tokens(parse(source))[:-1])


def test_names_are_given_in_order_and_by_use() -> None:
    source = """
        int n = 2; int i; int sum = 0;
        for (i = 0; i < n; i++) { for (int j = i; j < n; j++) { sum += a[j]; } }
        a[0] = sum;
    """
    assert words(source) == (
        "int l_0 = 2 ; int p_0 ; int l_1 = 0 ; for ( p_0 = 0 ; p_0 < l_0 ; p_0 ++ ) { "
        "for ( int p_1 = p_0 ; p_1 < l_0 ; p_1 ++ ) { l_1 += a [ p_1 ] ; } } a [ 0 ] = l_1 ;"
    )


def test_loops_in_a_row_share_a_name() -> None:
    source = "for (int i = 0; i < 2; i++) { a[i] = 0; } for (int j = 3; j > 1; j--) { a[j] = 0; }"
    assert "p_1" not in words(source)


def test_the_list_is_a_whatever_it_was_called() -> None:
    assert words("int * f(int list[]) { int a = 1; list[0] = a; return list; }") == (
        "int l_0 = 1 ; a [ 0 ] = l_0 ;"
    )


def test_negative_numbers_are_two_tokens() -> None:
    assert words("int x = -4; x -= -3;") == "int l_0 = - 4 ; l_0 -= - 3 ;"


def test_tokens_end_with_eos_and_are_32_bit() -> None:
    tokens = to_tokens(parse("a[0] = 7;"))
    assert tokens.dtype == np.int32
    assert tokens.tolist() == [*(token_of(text) for text in ("a", "[", "0", "]", "=", "7", ";")), EOS]


def test_what_stands_behind_eos_is_not_read() -> None:
    tokens = np.concatenate([to_tokens(parse("a[0] = 7;")), [EOS, token_of("for")]])
    assert from_tokens(tokens) == parse("a[0] = 7;")


def test_eight_names_of_a_sort_are_enough_and_nine_too_many() -> None:
    declarations = [f"int x{number} = 0;" for number in range(9)]
    assert len(to_tokens(parse(" ".join(declarations[:8])))) == 8 * 5 + 1
    with pytest.raises(ProgramError, match="more than 8 variables at a time"):
        to_tokens(parse(" ".join(declarations)))
    with pytest.raises(ProgramError, match="more than 8 loop variables at a time"):
        to_tokens(
            parse(
                " ".join(declarations)
                + "".join(
                    f"for (x{number} = 0; x{number} < 2; x{number}++) {{ a[0] = 1; }}" for number in range(9)
                )
            )
        )


def nested(depth: int) -> str:
    heads = [f"for (int i{level} = 0; i{level} < 2; i{level}++) {{" for level in range(depth)]
    return " ".join(heads) + " a[0]++; " + "}" * depth


def test_loops_may_be_nested_eight_deep() -> None:
    assert from_tokens(to_tokens(parse(nested(8)))).statements
    with pytest.raises(ProgramError, match="more than 8 loops inside each other"):
        parse(nested(9))


def test_the_largest_number() -> None:
    program = parse(f"a[0] = -{MAX_LITERAL};")
    assert program.statements == (Assign(Cell(Number(0)), "=", Number(-MAX_LITERAL)),)
    assert to_tokens(program)[-3] == FIRST_INT + MAX_LITERAL
    with pytest.raises(ProgramError, match="is too large: the subset has integers up to"):
        parse(f"a[0] = {MAX_LITERAL + 1};")


@pytest.mark.parametrize(
    "text", ["a [ 0 ] = ;", "a [ 0 ] = 1", "for ( int p_0 = 0 ;", "l_0 = 1 ;", "} ;", "break ;"]
)
def test_tokens_that_are_not_a_program(text: str) -> None:
    with pytest.raises(ProgramError, match="line 1, column"):
        from_tokens([token_of(word) for word in text.split()])


@pytest.mark.parametrize("tokens", [[1], [-1], [token_of("a"), -5]])
def test_tokens_that_no_text_has(tokens: list[int]) -> None:
    with pytest.raises(ProgramError):
        from_tokens(tokens)


def test_a_tree_built_by_hand_is_checked() -> None:
    def program(*operands: Name | Number) -> Program:
        total = operands[0]
        for operand in operands[1:]:
            total = Binary("+", total, operand)
        return Program((), (Assign(Cell(Number(0)), "=", total),))

    assert from_tokens(to_tokens(program(*[Number(1)] * 3))) == program(*[Number(1)] * 3)
    with pytest.raises(ProgramError, match="at most two"):
        to_tokens(program(*[Number(1)] * 4))
    with pytest.raises(ProgramError, match="'x' is not declared"):
        to_tokens(program(Number(1), Name("x")))


@pytest.mark.parametrize("name", ["", "2x", "x y", "x;", "é", "a[0]"])
def test_a_tree_holds_identifiers_only(name: str) -> None:
    with pytest.raises(ValueError, match="not a C identifier"):
        Name(name)
    with pytest.raises(ValueError, match="not a C identifier"):
        Program((), (), function=name)


def test_errors_carry_their_place() -> None:
    with pytest.raises(ProgramError) as caught:
        parse("a[0] = 1;\n\n  a[1] = 2")
    assert (caught.value.line, caught.value.column) == (3, 11)
    assert caught.value.expected == ("';'",)
