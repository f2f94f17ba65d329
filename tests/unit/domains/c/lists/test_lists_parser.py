"""The parser of `lists`: the trees and tokens of texts, and what is said of texts that are no programs."""

from __future__ import annotations

import numpy as np
import pytest

from lasynth.domains.c.lists.grammar import EOS, FIRST_INT, MAX_LITERAL, lexeme, token_of
from lasynth.domains.c.lists.parser import parse, to_tokens
from lasynth.domains.c.lists.printer import format_program
from lasynth.domains.c.lists.syntax import (
    Assign,
    Binary,
    Break,
    Cell,
    Choice,
    Continue,
    Declaration,
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
    Stepped,
    Unary,
    While,
)
from lasynth.domains.c.lists.tokens import from_tokens
from lasynth.errors import ProgramError

HEADS = {
    "whole": "{}",
    "number": "int f(const int a[], int n) {{ {} }}",
    "list": "int f(const int a[], int n, int out[]) {{ {} }}",
    "place": "void f(int a[], int n) {{ {} }}",
}

# What is refused, with `@` where the error is shown, and what is said.
SHAPE = (
    "a program is one function: int f(const int a[], int n) for a number, "
    "void f(int a[], int n) to change a list in place, or "
    "int f(const int a[], int n, int out[]) for another list"
)
COUNTED = (
    "'i' is counted on and stands elsewhere in the same statement, and C does not say which comes first: "
    "write two statements"
)
WHOLE = [
    ("@", SHAPE),
    ("@int x = 0;", SHAPE),
    ("@return 1;", SHAPE),
    ("@def f(a): return a", SHAPE),
    ("@float f(const int a[], int n) { return 0; }", "programs have no 'float': every variable is an 'int'"),
    ("int f(@float a[], int n) { return 0; }", "programs have no 'float': every variable is an 'int'"),
    ("@int* f(int a[], int n) { return a; }", SHAPE),
    ("int f(const int @a[]) { return 0; }", "behind each list stands its length: int n"),
    (
        "int f(const int a[], const int @b[], int n) { return 0; }",
        "behind each list stands its length: const int a[], int n",
    ),
    ("int f(const int a[], int n) { return 0;@", "found the end of the text after ';', expected '}'"),
    ("int f(const int a[], int n) { return 0; } @}", "found '}' after '}', expected the end of the program"),
    (
        "int f(const int a[], int n) { return 0; } @int g(void) { return 1; }",
        "found 'int' after '}', expected the end of the program",
    ),
    ("void f(const int @a[], int n) { }", "'a' is const, so nothing can be given back"),
    ("@void f(int k) { k = 1; }", "a function that gives nothing back changes a list in place"),
    (
        "void f(int a[], int n, int @b[], int m) { }",
        "the first list is changed in place, others are const: const int b[]",
    ),
    ("int @main(const int a[], int n) { return 0; }", "C keeps the name 'main': give the function another"),
    ("int f(const int a[], int @a) { return 0; }", "'a' is declared already"),
    ("int f(const int @f[], int n) { return 0; }", "'f' is declared already"),
    ("@int f(int k, int k_1, int k_2, int k_3, int k_4) { return 0; }", "more than 4 numbers as parameters"),
    (
        "@int f(const int a[], int n, int *b, int m, int *c, int p, int *d, int q, int *e, int r) { }",
        "more than 4 lists as parameters",
    ),
    (
        "int f(const int @__a[], int n) { return 0; }",
        "names that begin with '__', or with '_' and a capital letter, are reserved for compilers",
    ),
    ("int f(@unsigned n) { return 0; }", "programs have no 'unsigned': every variable is an 'int'"),
    ("@static int f(int n) { return 0; }", SHAPE),
    ("int f(int n) @return n;", "found 'return' after ')', expected '{'"),
    ("int f(int n, @) { return n; }", "found ')' after ',', expected 'int'"),
    ("int f(int@) { return 1; }", "found ')' after 'int', expected the name of a parameter"),
    ("int f(int n) { return n; } @x", "found 'x' after '}', expected the end of the program"),
    ("int f(const int *a, int n) { return @*a; }", "found '*' after 'return', expected a value"),
    (
        "@#include <stdio.h>\nint f(int n) { return n; }",
        "programs have no lines that begin with '#': give the function alone",
    ),
    ("int f(const int a[], int n) { return n @}", "found '}' after 'n', expected ';'"),
    ("int f(const int a[], int n) { return @}", "found '}' after 'return', expected a value"),
    (
        "int f(const int a[], int n) { if (n) { return 1;  }@",
        "found the end of the text after '}', expected '}'",
    ),
    ("int f(const int a[], int n, int out[]) { out[0] = 1 @}", "found '}' after '1', expected ';'"),
    (
        "void f(int a[], int n) { return @}",
        "a function that changes its list in place returns nothing: return;",
    ),
    (
        "void f(int a[], int n, const int b[], int m) { @b[0] = 1; }",
        "'b' is an input, which is not written to: write to out, or to int t[64];",
    ),
]
NUMBER = [
    ("return@;", "'return' is followed by the number, or by the length of the list"),
    ("return 1 +@;", "found ';' after '+', expected a value"),
    ("@a[0] = 1;", "'a' is an input, which is not written to: write to out, or to int t[64];"),
    ("@out[0] = 1;", "'out' is not declared"),
    ("@b = 3;", "'b' is not declared"),
    ("return @b;", "'b' is not declared"),
    ("return a@;", "the list is used cell by cell, as a[0]"),
    ("return a[@;", "found ';' after '[', expected a value"),
    ("return a[0@;", "found ';' after '0', expected ']'"),
    ("int @a = 1;", "'a' is declared already"),
    ("int x = 1; int @x = 2;", "'x' is declared already"),
    ("int @n = 2;", "'n' is declared already"),
    ("@x = 1;", "'x' is not declared"),
    ("int @t[10];", "a list to work with has 64 cells and no values at first: int t[64];"),
    ("int @t[64] = {0};", "a list to work with has 64 cells and no values at first: int t[64];"),
    ("if (n) { @int t[64]; }", "a list is declared outside of blocks"),
    ("int t[64]; int u[64]; int @v[64];", "a program has at most 2 lists to work with"),
    ("int t[64]; int @t[64];", "'t' is declared or used already"),
    ("return @f(n);", "programs have no calls of functions, such as f(...)"),
    ("return @abs(n);", "programs have no calls of functions, such as abs(...)"),
    ("int x = @abs(n);", "programs have no calls of functions, such as abs(...)"),
    ("if (n @= 1) { return 1; } return 2;", "'=' assigns; to compare, write '=='"),
    ("n @== 1;", "'==' compares; to assign, write '='"),
    ("@x++;", "'x' is not declared"),
    ("int x = n@++;", "'++' stands in a statement of its own, or as a[i++] in x = a[i++]; and a[i++] = x;"),
    ("int x = @++n;", "'++' stands in a statement of its own, or as a[i++] in x = a[i++]; and a[i++] = x;"),
    ("n = n@++;", "'++' stands in a statement of its own, or as a[i++] in x = a[i++]; and a[i++] = x;"),
    ("return n@++;", "'++' stands in a statement of its own, or as a[i++] in x = a[i++]; and a[i++] = x;"),
    (
        "int i = 0; return a[@++i];",
        "'++' stands in a statement of its own, or as a[i++] in x = a[i++]; and a[i++] = x;",
    ),
    ("int i = 0; int x = a[i++] @+ 1;", "a cell whose index is counted on stands alone: x = a[i++];"),
    ("int i = 0; int x = a[i++] @+ a[i];", "a cell whose index is counted on stands alone: x = a[i++];"),
    (
        "int i = 0; i = a[@i++];",
        COUNTED,
    ),
    (
        "int i = 0; int t[64]; t[i] = a[@i++];",
        COUNTED,
    ),
    (
        "int i = 0; return a[i@++];",
        "'++' stands in a statement of its own, or as a[i++] in x = a[i++]; and a[i++] = x;",
    ),
    (
        "int t[64]; t[n@++] = 1;",
        "'++' stands in a statement of its own, or as a[i++] in x = a[i++]; and a[i++] = x;",
    ),
    ("@break;", "'break' stands outside of a loop"),
    ("@continue;", "'continue' stands outside of a loop"),
    ("@{ n = 1; }", "a block stands only behind 'if', 'else', 'for' and 'while'"),
    ("@;", "a statement is missing before ';'"),
    ("@do { n--; } while (n);", "programs have no 'do': write a 'while' loop"),
    ("@switch (n) { }", "programs have no 'switch': write 'if' and 'else'"),
    ("@goto x;", "programs have no 'goto'"),
    ("return @sizeof(n);", "programs have no 'sizeof': the length of a list is the parameter behind it"),
    ("return n @& 1;", "programs have no '&': there are no operations on bits, and no addresses"),
    ("return n @<< 1;", "programs have no '<<': there are no operations on bits, and no addresses"),
    ("return @~n;", "programs have no '~': there are no operations on bits, and no addresses"),
    ("n @^= 1;", "programs have no '^=': there are no operations on bits, and no addresses"),
    ("n @&= 1;", "programs have no '&=': there are no operations on bits, and no addresses"),
    ("return @*a;", "found '*' after 'return', expected a value"),
    ("return @&n;", "programs have no '&': there are no operations on bits, and no addresses"),
    ("return n@.x;", "programs have no structures"),
    ("return n@->x;", "programs have no structures"),
    ("return @1.5;", "programs have decimal integers only, not 1.5"),
    ("return @0x1F;", "programs have decimal integers only, not 0x1F"),
    ("return @010;", "programs have decimal integers only, not 010"),
    ("return @1u;", "programs have decimal integers only, not 1u"),
    ("return @99999999999;", "99999999999 is too large: programs have integers up to 2147483575"),
    ("return @'a';", "programs have no text, only integers"),
    ('return @"a";', "programs have no text, only integers"),
    ("return @true;", "'true' is not declared"),
    ("@float x = 1;", "programs have no 'float': every variable is an 'int'"),
    ("@long x = 1;", "programs have no 'long': every variable is an 'int'"),
    ("@const int x = 1;", "'const' stands only before a list that is a parameter"),
    ("@char c;", "programs have no 'char': every variable is an 'int'"),
    ("return - @-n;", "a sign stands before one value: write parentheses"),
    ("return !@!n;", "'!' stands before one value: write parentheses"),
    ("return !@-n;", "a sign stands before one value: write parentheses"),
    ("return @+n;", "'+' stands between two values"),
    ("return n ? 1@;", "found ';' after '1', expected ':'"),
    ("return n ? 1 : @;", "found ';' after ':', expected a value"),
    ("for (int i = 0; i < n@) { }", "found ')' after 'n', expected ';'"),
    ("for (@i = 0; i < n; i++) { }", "'i' is not declared"),
    ("for (int i = 0, @i < n; i++) { }", "'i' is declared already"),
    ("for (int i = 0; i < n; i++ @{ }", "found '{' after '++', expected ')'"),
    ("while (@) { }", "found ')' after '(', expected a value"),
    ("while (n @{ }", "found '{' after 'n', expected ')'"),
    ("if @n { }", "found 'n' after 'if', expected '('"),
    ("@else { }", "found 'else' after '{', expected a statement or '}'"),
    ("n = 1@,", "found ',' after '1', expected ';'"),
    ("n += @;", "found ';' after '+=', expected a value"),
    ("n =@+ 1;", "'+' stands between two values"),
    ("int @= 4;", "found '=' after 'int', expected a name"),
    ("int @4x;", "programs have decimal integers only, not 4x"),
    ("int @if;", "found 'if' after 'int', expected a name"),
    ("int @__x;", "names that begin with '__', or with '_' and a capital letter, are reserved for compilers"),
    ("int @_X;", "names that begin with '__', or with '_' and a capital letter, are reserved for compilers"),
    ("return n; @$", "'$' does not belong in a program"),
    ("@/* no end", "this comment has no end, expected '*/'"),
    ("return (n@;", "found ';' after 'n', expected ')'"),
    ("return n@);", "found ')' after 'n', expected ';'"),
    ("return n@]];", "found ']' after 'n', expected ';'"),
    ("return a[0]@[1];", "found '[' after ']', expected ';'"),
    ("return a[@];", "found ']' after '[', expected a value"),
    ("n@[0] = 1;", "'n' is not a list"),
    ("return n@[0];", "'n' is not a list"),
    ("@a = 1;", "'a' is an input, which is not written to: write to out, or to int t[64];"),
    ("@a++;", "'a' is an input, which is not written to: write to out, or to int t[64];"),
    ("++@a;", "'a' is an input, which is not written to: write to out, or to int t[64];"),
    ("@t[0] = 1;", "'t' is not declared"),
    ("return @t[0];", "'t' is not declared"),
    ("int x = a[0], y = x, @;", "found ';' after ',', expected a name"),
    ("int x, y @z;", "found 'z' after 'y', expected ';'"),
    ("if (n) @; return 1;", "where nothing is to be done, write { }"),
    ("for (;;)@;", "where nothing is to be done, write { }"),
    ("while (n)@;", "where nothing is to be done, write { }"),
    ("return @f;", "'f' is not declared"),
    ("return n @= 1;", "'=' stands in a statement of its own"),
    ("if (n) n++@, n++;", "found ',' after '++', expected ';'"),
    ("n++@, n--;", "found ',' after '++', expected ';'"),
    ("return (n@, n);", "found ',' after 'n', expected ')'"),
    (
        "int i = 0; while (a[i@++]) { }",
        "'++' stands in a statement of its own, or as a[i++] in x = a[i++]; and a[i++] = x;",
    ),
    (
        "int i = 0; if (a[i@++]) { }",
        "'++' stands in a statement of its own, or as a[i++] in x = a[i++]; and a[i++] = x;",
    ),
    (
        "int i = 0; int t[64]; t[a[i@++]] = 1;",
        "'++' stands in a statement of its own, or as a[i++] in x = a[i++]; and a[i++] = x;",
    ),
    ("int x = 1; @{ int y = 2; }", "a block stands only behind 'if', 'else', 'for' and 'while'"),
    ('@printf("x");', "programs have no calls of functions, such as printf(...)"),
    (
        "int x = n > 0 ? n@++ : 0;",
        "'++' stands in a statement of its own, or as a[i++] in x = a[i++]; and a[i++] = x;",
    ),
    ("@NULL = 1;", "'NULL' is not declared"),
    ("int i = 0; @a[i++];", "'a' is an input, which is not written to: write to out, or to int t[64];"),
]
LIST = [
    ("return out@;", "the list is used cell by cell, as out[0]"),
    ("out @= a;", "the list is used cell by cell, as out[0]"),
    ("int x = out[0]; return out[x] @= 1;", "'=' stands in a statement of its own"),
    ("return@;", "'return' is followed by the number, or by the length of the list"),
]
PLACE = [
    ("return @1;", "a function that changes its list in place returns nothing: return;"),
    ("@b[0] = 1;", "'b' is not declared"),
    ("return @a[0];", "a function that changes its list in place returns nothing: return;"),
    ("a @= 1;", "the list is used cell by cell, as a[0]"),
    ("@out[0] = 1;", "'out' is not declared"),
]

ERRORS = [
    (HEADS[kind].format(text), said)
    for kind, rows in (("whole", WHOLE), ("number", NUMBER), ("list", LIST), ("place", PLACE))
    for text, said in rows
]


@pytest.mark.parametrize(("marked", "said"), ERRORS)
def test_what_is_said_and_where(marked: str, said: str) -> None:
    text = marked.replace("@", "", 1)
    before = marked[: marked.index("@")].split("\n")
    with pytest.raises(ProgramError) as caught:
        to_tokens(parse(text))
    error = caught.value
    assert str(error).splitlines()[0] == f"line {len(before)}, column {len(before[-1]) + 1}: {said}"


def test_an_error_shows_its_line() -> None:
    text = "int f(const int a[], int n) {\n    int s = 0;\n    s += a[0]\n    return s;\n}\n"
    with pytest.raises(ProgramError) as caught:
        parse(text)
    assert str(caught.value) == (
        "line 3, column 14: found 'return' after ']', expected ';'\n      s += a[0]\n               ^"
    )
    assert caught.value.expected == ("';'",)


def test_a_sign_that_no_program_has() -> None:
    with pytest.raises(ProgramError, match="line 1, column 31: '@' does not belong in a program"):
        parse(HEADS["number"].format("@"))


# What a variable, a depth and a number may be.


def test_as_many_variables_as_there_are_names() -> None:
    declared = [f"int x{number} = 0;" for number in range(13)]
    assert len(to_tokens(parse(HEADS["number"].format(" ".join(declared[:12]))))) == 12 * 5 + 2
    with pytest.raises(ProgramError, match="more than 12 variables at a time"):
        parse(HEADS["number"].format(" ".join(declared)))
    blocks = " ".join(f"if (n) {{ int x{number} = 0; int y{number} = 1; }}" for number in range(13))
    assert to_tokens(parse(HEADS["number"].format(blocks)))[-1] == EOS


@pytest.mark.parametrize(
    ("head", "deepest"), [("if (n)", 32), ("while (n)", 32), ("for (;;)", 16), ("if (n) { } else", 32)]
)
def test_how_deep_blocks_may_be(head: str, deepest: int) -> None:
    def nested(depth: int) -> str:
        return HEADS["number"].format(f"{head} {{ " * depth + "n = 1; " + "} " * depth)

    assert to_tokens(parse(nested(deepest)))[-1] == EOS
    with pytest.raises(ProgramError, match="more than 32 blocks and loops inside each other"):
        parse(nested(deepest + 1))


def test_the_largest_number() -> None:
    program = parse(f"int f(int n) {{ return -{MAX_LITERAL}; }}")
    assert program.statements == (Return(Number(-MAX_LITERAL)),)
    assert to_tokens(program)[-3] == FIRST_INT + MAX_LITERAL
    with pytest.raises(ProgramError, match=f"is too large: programs have integers up to {MAX_LITERAL}"):
        parse(f"int f(int n) {{ return {MAX_LITERAL + 1}; }}")


def test_very_deep_expressions_are_refused() -> None:
    for inner in ("(" * 300 + "n" + ")" * 300, "-(" * 300 + "n" + ")" * 300, "a[" * 300 + "0" + "]" * 300):
        with pytest.raises(ProgramError, match="line 1, column"):
            parse(HEADS["number"].format(f"return {inner};"))


# Trees.

N, ZERO, ONE = Name("n"), Number(0), Number(1)
X = Name("i")

TREES = [
    ("return n;", Return(N)),
    ("return -1;", Return(Number(-1))),
    ("return -(1);", Return(Number(-1))),
    ("return -n;", Return(Unary("-", N))),
    ("return !n;", Return(Unary("!", N))),
    ("return n - -1;", Return(Binary("-", N, Number(-1)))),
    ("return (n);", Return(N)),
    ("return n + 1 * n;", Return(Binary("+", N, Binary("*", ONE, N)))),
    ("return (n + 1) * n;", Return(Binary("*", Binary("+", N, ONE), N))),
    ("return n - 1 - n;", Return(Binary("-", Binary("-", N, ONE), N))),
    ("return n / 1 % n;", Return(Binary("%", Binary("/", N, ONE), N))),
    ("return n < 1 == n;", Return(Binary("==", Binary("<", N, ONE), N))),
    ("return n || 1 && n;", Return(Binary("||", N, Binary("&&", ONE, N)))),
    ("return n ? 1 : n ? 0 : 1;", Return(Choice(N, ONE, Choice(N, ZERO, ONE)))),
    ("return n ? n ? 0 : 1 : 1;", Return(Choice(N, Choice(N, ZERO, ONE), ONE))),
    ("return n + 1 ? 0 : 1;", Return(Choice(Binary("+", N, ONE), ZERO, ONE))),
    ("return n + (n ? 0 : 1);", Return(Binary("+", N, Choice(N, ZERO, ONE)))),
    ("return a[a[n - 1]];", Return(Cell("a", Cell("a", Binary("-", N, ONE))))),
    ("int x;", Declaration("x")),
    ("int x = n;", Declaration("x", N)),
    ("n = 1;", Assign(N, "=", ONE)),
    ("n += 1 + 1;", Assign(N, "+=", Binary("+", ONE, ONE))),
    ("n %= 1;", Assign(N, "%=", ONE)),
    ("n++;", Increment(N, "++")),
    ("--n;", Increment(N, "--")),
    ("if (n) n++;", If(N, (Increment(N, "++"),))),
    ("if (n) { } else { }", If(N, ())),
    ("if (n) { } else n++;", If(N, (), (Increment(N, "++"),))),
    ("if (n) { } else if (1) { n++; }", If(N, (), (If(ONE, (Increment(N, "++"),)),))),
    ("while (n) n--;", While(N, (Increment(N, "--"),))),
    ("while (1) { break; continue; }", While(ONE, (Break(), Continue()))),
    ("for (;;) { }", For((), None, (), ())),
    (
        "for (int i = 0; i < n; i++) { }",
        For((Declaration("i", ZERO),), Binary("<", X, N), (Increment(X, "++"),), ()),
    ),
    (
        "for (n = 0, n++; n; ++n, n -= 1) { }",
        For((Assign(N, "=", ZERO), Increment(N, "++")), N, (Increment(N, "++"), Assign(N, "-=", ONE)), ()),
    ),
    ("for (int i = 0, j; n;) { }", For((Declaration("i", ZERO), Declaration("j")), N, (), ())),
]


@pytest.mark.parametrize(("text", "tree"), TREES, ids=[text for text, _ in TREES])
def test_trees(text: str, tree: object) -> None:
    assert parse(HEADS["number"].format(text)).statements == (tree,)


def test_declarations_in_a_row() -> None:
    program = parse(HEADS["number"].format("int x = 1, y, z = x;"))
    assert program.statements == (Declaration("x", ONE), Declaration("y"), Declaration("z", Name("x")))


def test_an_index_that_is_counted_on() -> None:
    program = parse(
        "int f(const int xs[], int n, int r[]) { int i = 0; int m = 0; r[m++] = xs[i--]; ++r[m]; return m; }"
    )
    assert program.statements[2:4] == (
        Assign(Cell("r", Stepped("m", "++")), "=", Cell("xs", Stepped("i", "--"))),
        Increment(Cell("r", Name("m")), "++"),
    )


def test_lists_to_work_with_stand_first() -> None:
    program = parse(HEADS["number"].format("n = 1; int t[64]; int s[64]; t[0] = n; s[1] = t[0];"))
    assert program.statements[:3] == (Room("t"), Room("s"), Assign(N, "=", ONE))


def test_heads() -> None:
    def of(head: str) -> tuple[Result, list[tuple[str, Kind]]]:
        program = parse(f"{head} {{ }}")
        return program.result, [(one.name, one.kind) for one in program.parameters]

    a_list = [("xs", Kind.LIST), ("size", Kind.LENGTH)]
    assert of("int g(const int xs[], int size)") == (Result.NUMBER, a_list)
    assert of("int g(const int *xs, int size)") == (Result.NUMBER, a_list)
    assert of("int g(int const xs[10], int size)") == (Result.NUMBER, a_list)
    assert of("int g(int xs[], int size)") == (Result.NUMBER, a_list)
    assert of("void g(int xs[], int size)") == (Result.IN_PLACE, a_list)
    assert of("int g(const int xs[], int size, int r[])") == (Result.LIST, [*a_list, ("r", Kind.OUT)])
    assert of("int g(int k, int r[])") == (Result.LIST, [("k", Kind.NUMBER), ("r", Kind.OUT)])
    assert of("int g(int r[])") == (Result.LIST, [("r", Kind.OUT)])
    assert of("int g(int k, const int xs[], int size, int q)") == (
        Result.NUMBER,
        [("k", Kind.NUMBER), *a_list, ("q", Kind.NUMBER)],
    )
    assert of("int g()") == of("int g(void)") == (Result.NUMBER, [])
    assert parse("int g(void) { }").function == "g"


# Tokens.


def words(text: str) -> str:
    return " ".join(lexeme(int(token)) for token in to_tokens(parse(text))[:-1])


def test_names_are_those_of_the_vocabulary() -> None:
    text = """
        // the values above a limit
        int above(int limit, const int xs[], int size, const int ys[], int other, int r[]) {
            int tmp[64];
            int m = 0;
            for (int p = 0; p < size; p++)
                if (xs[p] > limit) r[m++] = xs[p];  /* kept */
            for (int q = 0; q < other; ++q) { tmp[q] = ys[q]; }
            return m;
        }
    """
    assert words(text) == (
        "<list> int v_0 = 0 ; for ( int v_1 = 0 ; v_1 < n ; v_1 ++ ) { "
        "if ( a [ v_1 ] > k ) { out [ v_0 ++ ] = a [ v_1 ] ; } } "
        "for ( int v_1 = 0 ; v_1 < n_b ; v_1 ++ ) { t [ v_1 ] = b [ v_1 ] ; } return v_0 ;"
    )


def test_negative_numbers_are_two_tokens() -> None:
    assert words(HEADS["number"].format("return -4 - -3;")) == "<number> return - 4 - - 3 ;"


def test_tokens_end_with_eos_and_are_32_bit() -> None:
    tokens = to_tokens(parse("int f(int n) { return 7; }"))
    assert tokens.dtype == np.int32
    assert tokens.tolist() == [*(token_of(text) for text in ("<number>", "return", "7", ";")), EOS]


def test_what_stands_behind_eos_is_not_read() -> None:
    tokens = to_tokens(parse("int f(int n) { return 7; }"))
    assert from_tokens([*tokens, token_of("for"), EOS]) == from_tokens(tokens)


@pytest.mark.parametrize("tokens", [[], [1], [-1], [token_of("<number>"), -5], [token_of("return")]])
def test_tokens_that_no_text_has(tokens: list[int]) -> None:
    with pytest.raises(ProgramError):
        from_tokens(tokens)


def test_names_of_tokens_are_chosen_by_use() -> None:
    text = """int f(const int a[], int n, int out[]) {
    int t[64];
    int m = 0;
    int sum = 0;
    int count = 0;
    int product = 1;
    for (int i = 0; i < n; i++) {
        for (int j = i; j < n; j++) {
            sum += a[j];
        }
        count++;
        product *= a[i];
        out[m++] = sum;
        t[i] = product;
    }
    return m;
}
"""
    assert format_program(from_tokens(to_tokens(parse(text)))) == text


def test_what_tokens_mean_is_written_as_c() -> None:
    """A name that is counted on and stands elsewhere in the statement is counted on behind it."""
    tokens = to_tokens(parse("int f(int out[]) { int m = 0; out[m++] = 0; return m; }")).tolist()
    tokens[tokens.index(token_of("0"), 6)] = token_of("v_0")
    assert format_program(from_tokens(tokens)).splitlines()[1:-1] == [
        "    int m = 0;",
        "    out[m] = m;",
        "    m++;",
        "    return m;",
    ]


# Trees that nobody wrote.


def test_a_tree_built_by_hand_is_checked() -> None:
    def program(*statements: object) -> Program:
        parameters = (Parameter("a", Kind.LIST), Parameter("n", Kind.LENGTH))
        return Program(Result.NUMBER, parameters, statements)  # type: ignore[arg-type]

    assert to_tokens(program(Return(Cell("a", ZERO))))[-1] == EOS
    for wrong, said in (
        (Return(Name("x")), "'x' is not declared"),
        (Return(), "'return' is followed by the number"),
        (Break(), "'break' stands outside of a loop"),
        (Assign(Cell("a", ZERO), "=", ONE), "'a' is an input"),
        (Return(Name("a")), "cell by cell"),
        (Return(Number(2**31 - 1)), "is too large"),
    ):
        with pytest.raises(ProgramError, match=said):
            to_tokens(program(wrong))


@pytest.mark.parametrize("name", ["", "2x", "x y", "x;", "é", "a[0]"])
def test_a_tree_holds_identifiers_only(name: str) -> None:
    for make in (Name, Room, Declaration, lambda name: Cell(name, ZERO), lambda name: Stepped(name, "++")):
        with pytest.raises(ValueError, match="not a C identifier"):
            make(name)
    with pytest.raises(ValueError, match="not a C identifier"):
        Parameter(name, Kind.LIST)
    with pytest.raises(ValueError, match="not a C identifier"):
        Program(Result.NUMBER, (), (), function=name)
