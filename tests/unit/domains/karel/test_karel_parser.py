from __future__ import annotations

import json

import pytest

from lasynth.domains.karel.parser import from_tokens, parse, to_tokens
from lasynth.domains.karel.printer import format_program, format_tokens, to_json
from lasynth.domains.karel.syntax import Action, Condition, If, IfElse, Program, Repeat, While
from lasynth.errors import ProgramError

INDENTED = """\
def run():
    putMarker
    while not frontIsClear:
        turnLeft
    repeat 5:
        move
    if markersPresent:
        if leftIsClear:
            move
    else:
        turnRight
"""
TOKENS = (
    "DEF run m( putMarker WHILE c( not c( frontIsClear c) c) w( turnLeft w) REPEAT R=5 r( move r) "
    "IFELSE c( markersPresent c) i( IF c( leftIsClear c) i( move i) i) ELSE e( turnRight e) m)"
)
PROGRAM = Program(
    (
        Action("putMarker"),
        While(Condition("frontIsClear", negated=True), (Action("turnLeft"),)),
        Repeat(5, (Action("move"),)),
        IfElse(
            Condition("markersPresent"),
            (If(Condition("leftIsClear"), (Action("move"),)),),
            (Action("turnRight"),),
        ),
    )
)


@pytest.mark.parametrize("text", [INDENTED, TOKENS, json.dumps(to_json(PROGRAM)), f"\n  {TOKENS}\n"])
def test_each_form_is_read(text: str) -> None:
    assert parse(text) == PROGRAM


def test_each_form_is_written() -> None:
    assert format_program(PROGRAM) == INDENTED
    assert format_tokens(PROGRAM) == TOKENS
    assert to_json(PROGRAM)["run"][1] == {
        "type": "while",
        "condition": {"type": "not", "condition": {"type": "frontIsClear"}},
        "body": [{"type": "turnLeft"}],
    }
    assert from_tokens(to_tokens(PROGRAM)) == PROGRAM


@pytest.mark.parametrize(
    "text",
    [
        "move",
        "  move  # forward\n\n",
        "move()",
        "move;",
        "def run():\n\tmove",
        "def run:\n move",
        "DEF run m(\n  move\nm)",
    ],
)
def test_the_reader_is_lenient_in_small_things(text: str) -> None:
    assert parse(text) == Program((Action("move"),))


@pytest.mark.parametrize(
    ("condition", "negated"),
    [
        ("not frontIsClear", True),
        ("(not (frontIsClear()))", True),
        ("not not frontIsClear", False),
        ("not not not frontIsClear", True),
    ],
)
def test_conditions_with_brackets_and_several_nots(condition: str, negated: bool) -> None:
    assert parse(f"if {condition}:\n  move").body == (
        If(Condition("frontIsClear", negated), (Action("move"),)),
    )


@pytest.mark.parametrize(("nots", "negated"), [(1, True), (2, False), (3, True), (4, False), (5, True)])
def test_not_inside_not_is_read_from_tokens_and_json(nots: int, negated: bool) -> None:
    condition = "not c( " * nots + "frontIsClear" + " c)" * nots
    wanted = Program((If(Condition("frontIsClear", negated), (Action("move"),)),))
    assert parse(f"DEF run m( IF c( {condition} c) i( move i) m)") == wanted
    inner: dict[str, object] = {"type": "frontIsClear"}
    for _ in range(nots):
        inner = {"type": "not", "condition": inner}
    assert (
        parse(json.dumps({"run": [{"type": "if", "condition": inner, "body": [{"type": "move"}]}]})) == wanted
    )


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("", None, None, "the program is empty"),
        ("# nothing", None, None, "the program is empty"),
        ("DEF run m( m)", 1, 12, "this block is empty, expected a statement"),
        ("DEF run m( move", 1, 16, "cut short, expected a statement or 'm)'"),
        ("DEF run m( WHILE c( frontIsClear c) w( w) m)", 1, 40, "this block is empty"),
        ("DEF run m(\nmvoe m)", 2, 1, "unknown token 'mvoe' (did you mean 'move'?)"),
        ("DEF run m( REPEAT R=20 r( move r) m)", 1, 19, "'R=20' is no count, they are R=0 to R=19"),
        ("DEF run m( REPEAT move m)", 1, 19, "expected a count, R=0 to R=19"),
        ("DEF run m( IF c( move c) i( move i) m)", 1, 18, "unexpected 'move', expected a condition"),
        ("DEF run m( move m) move", 1, 20, "expected the end of the text"),
        ("DEF run m( not c( m)", 1, 12, "unexpected 'not', expected a statement"),
        ("DEF run m( IF c( not c( not c( frontIsClear c) i(", 1, 25, "unexpected 'not'"),
        ("move\n  move", 2, 3, "indented more"),
        ("if frontIsClear:\n    move\n  move", 3, 3, "that of no block"),
        ("  move\nmove", 2, 1, "that of no block"),
        ("def run():\n  move\nmove", 3, 1, "indented less than the program"),
        ("while frontIsClear:\nmove", 1, 1, "the block below this line is empty"),
        ("while frontIsClear: move", 1, 21, "on a line of its own"),
        ("while frontIsClear", 1, 19, "ends without ':'"),
        ("while :\n  move", 1, 6, "after 'while' stands a condition"),
        ("if front:\n  move", 1, 4, "unknown condition 'front'"),
        ("if frontisclear:\n  move", 1, 4, "(did you mean 'frontIsClear'?)"),
        ("if frontIsClear and leftIsClear:\n  move", 1, 4, "a condition is one question"),
        ("repeat x:\n  move", 1, 8, "stands a number"),
        ("repeat 20:\n  move", 1, 8, "a count is 0 to 19"),
        ("else:\n  move", 1, 1, "belongs to no 'if'"),
        ("if frontIsClear:\n  move\nelif leftIsClear:\n  move", 3, 1, "no 'elif'"),
        ("move move", 1, 5, "one action stands on a line"),
        ("turn_left", 1, 1, "(did you mean 'turnLeft'?)"),
        ("def main():\n  move", 1, 1, "the first line is 'def run():'"),
        ('{"run": [', 1, 10, "not JSON"),
        ('{"run": []}', None, None, "run: a block is a list of one or more statements"),
        ('{"body": []}', None, None, 'a program in JSON is an object {"run": [...]}'),
        ('{"run": [{"type": "jump"}]}', None, None, "run[0]: unknown statement 'jump'"),
        ('{"run": [{"type": "repeat", "times": 20, "body": []}]}', None, None, 'run[0]: "times" is a number'),
        ('{"run": [{"type": "if", "condition": {}}]}', None, None, "run[0].condition: not an object"),
        ('{"run": [{"type": "if", "condition": {"type": "x"}}]}', None, None, "unknown condition 'x'"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(
    text: str, line: int | None, column: int | None, words: str
) -> None:
    with pytest.raises(ProgramError) as caught:
        parse(text)
    assert words in str(caught.value)
    assert (caught.value.line, caught.value.column) == (line, column)


def test_the_message_shows_the_line_and_a_caret() -> None:
    with pytest.raises(ProgramError) as caught:
        parse("def run():\n    move\n    repaet 3:\n        move\n")
    assert str(caught.value).splitlines()[1:] == ["      repaet 3:", "      ^"]


def nested(depth: int) -> str:
    return "DEF run m( " + "REPEAT R=1 r( " * depth + "move" + " r)" * depth + " m)"


def test_blocks_are_nested_up_to_a_limit() -> None:
    deep = parse(nested(32))
    assert parse(format_program(deep)) == deep
    indented = "".join("  " * depth + "repeat 1:\n" for depth in range(33)) + "  " * 33 + "move"
    obj: dict[str, object] = {"type": "move"}
    for _ in range(33):
        obj = {"type": "repeat", "times": 1, "body": [obj]}
    for text in (nested(33), indented, json.dumps({"run": [obj]})):
        with pytest.raises(ProgramError, match="more than 32 blocks inside each other"):
            parse(text)


@pytest.mark.parametrize("tokens", [[], [99], [-1], [2, 3, 4], [1, 2]])
def test_tokens_that_are_no_program(tokens: list[int]) -> None:
    with pytest.raises(ProgramError):
        from_tokens(tokens)


def test_a_tree_that_breaks_a_rule_cannot_be_built() -> None:
    with pytest.raises(ValueError, match="not an action"):
        Action("jump")
    with pytest.raises(ValueError, match="not a condition"):
        Condition("move")
    with pytest.raises(ValueError, match="a count is 0 to 19"):
        Repeat(20, (Action("move"),))
    with pytest.raises(ValueError, match="at least one statement"):
        Program(())
