"""Programs as text in three forms: indented for people, the benchmark's tokens, the benchmark's JSON.

The indented form::

    def run():
        putMarker
        while not frontIsClear:
            turnLeft
        repeat 5:
            move
        if markersPresent:
            pickMarker
        else:
            putMarker

There is one way to print a tree, so equal trees give equal text.
"""

from __future__ import annotations

from typing import Any

from lasynth.domains.karel import syntax

__all__ = ["format_program", "format_tokens", "to_json"]

_INDENT = "    "


def format_program(program: syntax.Program) -> str:
    """The program in the indented form, ended by a newline."""
    return "\n".join(["def run():", *_lines(program.body)]) + "\n"


def _lines(block: syntax.Block) -> list[str]:
    return [_INDENT + line for statement in block for line in _statement_lines(statement)]


def _statement_lines(node: syntax.Statement) -> list[str]:
    match node:
        case syntax.Action(name):
            return [name]
        case syntax.While(condition, body):
            return [f"while {_condition(condition)}:", *_lines(body)]
        case syntax.Repeat(times, body):
            return [f"repeat {times}:", *_lines(body)]
        case syntax.If(condition, then):
            return [f"if {_condition(condition)}:", *_lines(then)]
        case syntax.IfElse(condition, then, otherwise):
            return [f"if {_condition(condition)}:", *_lines(then), "else:", *_lines(otherwise)]


def _condition(node: syntax.Condition) -> str:
    return f"not {node.name}" if node.negated else node.name


def format_tokens(program: syntax.Program) -> str:
    """The program as the words of the benchmark's `program_tokens`, joined by blanks."""
    return " ".join(["DEF", "run", "m(", *_words(program.body), "m)"])


def _words(block: syntax.Block) -> list[str]:
    return [word for statement in block for word in _statement_words(statement)]


def _statement_words(node: syntax.Statement) -> list[str]:
    match node:
        case syntax.Action(name):
            return [name]
        case syntax.While(condition, body):
            return ["WHILE", *_condition_words(condition), "w(", *_words(body), "w)"]
        case syntax.Repeat(times, body):
            return ["REPEAT", f"R={times}", "r(", *_words(body), "r)"]
        case syntax.If(condition, then):
            return ["IF", *_condition_words(condition), "i(", *_words(then), "i)"]
        case syntax.IfElse(condition, then, otherwise):
            head = ["IFELSE", *_condition_words(condition), "i(", *_words(then), "i)"]
            return [*head, "ELSE", "e(", *_words(otherwise), "e)"]


def _condition_words(node: syntax.Condition) -> list[str]:
    return ["c(", *(["not", "c(", node.name, "c)"] if node.negated else [node.name]), "c)"]


def to_json(program: syntax.Program) -> dict[str, Any]:
    """The program as the object of the benchmark's `program_json`."""
    return {"run": [_statement_json(statement) for statement in program.body]}


def _statement_json(node: syntax.Statement) -> dict[str, Any]:
    match node:
        case syntax.Action(name):
            return {"type": name}
        case syntax.While(condition, body):
            return {"type": "while", "condition": _condition_json(condition), "body": _block_json(body)}
        case syntax.Repeat(times, body):
            return {"type": "repeat", "times": times, "body": _block_json(body)}
        case syntax.If(condition, then):
            return {"type": "if", "condition": _condition_json(condition), "body": _block_json(then)}
        case syntax.IfElse(condition, then, otherwise):
            return {
                "type": "ifElse",
                "condition": _condition_json(condition),
                "ifBody": _block_json(then),
                "elseBody": _block_json(otherwise),
            }


def _block_json(block: syntax.Block) -> list[dict[str, Any]]:
    return [_statement_json(statement) for statement in block]


def _condition_json(node: syntax.Condition) -> dict[str, Any]:
    plain: dict[str, Any] = {"type": node.name}
    return {"type": "not", "condition": plain} if node.negated else plain
