"""The benchmark's `program_json`: a program as nested JSON objects, read into a tree."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from lasynth.domains.karel import syntax
from lasynth.domains.karel.grammar import ACTION_NAMES, CONDITION_NAMES, MAX_DEPTH, MAX_TIMES
from lasynth.errors import ProgramError

__all__ = ["parse_json"]

_TYPES: Final = (*ACTION_NAMES, "while", "repeat", "if", "ifElse")


def parse_json(obj: object) -> syntax.Program:
    """The tree of a `program_json` object, `{"run": [...]}`.

    Raises:
        ProgramError: it is not a program; says at which place of the object.
    """
    if not isinstance(obj, Mapping) or "run" not in obj:
        raise ProgramError('a program in JSON is an object {"run": [...]}')
    return syntax.Program(_block(obj["run"], "run", 0))


def _block(obj: object, place: str, depth: int) -> syntax.Block:
    if not isinstance(obj, list) or not obj:
        raise ProgramError(f"{place}: a block is a list of one or more statements")
    if depth > MAX_DEPTH:
        raise ProgramError(f"{place}: more than {MAX_DEPTH} blocks inside each other")
    return tuple(_statement(item, f"{place}[{number}]", depth) for number, item in enumerate(obj))


def _statement(obj: object, place: str, depth: int) -> syntax.Statement:
    name = _type_of(obj, place)
    assert isinstance(obj, Mapping)
    if name in ACTION_NAMES:
        return syntax.Action(name)
    if name == "repeat":
        times = obj.get("times")
        if not isinstance(times, int) or isinstance(times, bool) or not 0 <= times <= MAX_TIMES:
            raise ProgramError(f'{place}: "times" is a number from 0 to {MAX_TIMES}')
        return syntax.Repeat(times, _block(obj.get("body"), f"{place}.body", depth + 1))
    if name not in ("while", "if", "ifElse"):
        raise ProgramError(f"{place}: unknown statement {name!r}, expected one of {', '.join(_TYPES)}")
    condition = _condition(obj.get("condition"), f"{place}.condition")
    if name == "ifElse":
        then = _block(obj.get("ifBody"), f"{place}.ifBody", depth + 1)
        return syntax.IfElse(condition, then, _block(obj.get("elseBody"), f"{place}.elseBody", depth + 1))
    body = _block(obj.get("body"), f"{place}.body", depth + 1)
    return syntax.While(condition, body) if name == "while" else syntax.If(condition, body)


def _condition(obj: object, place: str) -> syntax.Condition:
    negated = False
    name = _type_of(obj, place)
    while name == "not":
        assert isinstance(obj, Mapping)
        negated, place, obj = not negated, f"{place}.condition", obj.get("condition")
        name = _type_of(obj, place)
    if name not in CONDITION_NAMES:
        raise ProgramError(
            f"{place}: unknown condition {name!r}, expected one of {', '.join(CONDITION_NAMES)}"
        )
    return syntax.Condition(name, negated)


def _type_of(obj: object, place: str) -> str:
    name = obj.get("type") if isinstance(obj, Mapping) else None
    if not isinstance(name, str):
        raise ProgramError(f'{place}: not an object with a "type"')
    return name
