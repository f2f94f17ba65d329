"""Removes parts of programs that provably have no effect.

The rules hold in every world: turns that cancel out, loops that run never or once, branches with equal
sides. They never cost ticks, so a program that ends still does.
"""

from __future__ import annotations

from typing import Final

from lasynth.domains.base import Tokens
from lasynth.domains.karel.grammar import EOS
from lasynth.domains.karel.parser import from_tokens, to_tokens
from lasynth.domains.karel.syntax import (
    Action,
    Block,
    Condition,
    If,
    IfElse,
    Program,
    Repeat,
    Statement,
    While,
)
from lasynth.domains.kit.rows import padded
from lasynth.errors import ProgramError

__all__ = ["negated", "simplify", "simplify_all"]

_TURNS: Final = {"turnRight": 1, "turnLeft": 3}
_OPPOSITE: Final = {"markersPresent": "noMarkersPresent", "noMarkersPresent": "markersPresent"}
_SHORTEST: Final[tuple[tuple[str, ...], ...]] = ((), ("turnRight",), ("turnRight",) * 2, ("turnLeft",))


def simplify(program: Program) -> Program:
    """The program, or a shorter one with the same result in every world in which the given one ends."""
    while True:
        body = _block(program.body)
        if not body or body == program.body:
            return program  # nothing is left to drop, or the whole program has no effect
        program = Program(body)


def simplify_all(tokens_PT: Tokens) -> Tokens:
    """Every program simplified, `[P, T]`; a row that is not a program is unchanged."""
    return padded([_simplified(tokens) for tokens in tokens_PT], EOS)


def _simplified(tokens: Tokens) -> Tokens:
    try:
        return to_tokens(simplify(from_tokens(tokens)))
    except ProgramError:
        return tokens


def _block(block: Block) -> Block:
    """A block without idle statements; it may become empty."""
    kept: list[Statement] = []
    for statement in block:
        kept += _statement(statement)
    result: list[Statement] = []
    start = 0
    while start < len(kept):
        end = start
        while end < len(kept) and _is_turn(kept[end]):
            end += 1
        result += _shortest_turns(kept[start:end]) if end > start else [kept[start]]
        start = max(end, start + 1)
    return tuple(result)


def _is_turn(statement: Statement) -> bool:
    return isinstance(statement, Action) and statement.name in _TURNS


def _shortest_turns(turns: list[Statement]) -> list[Statement]:
    total = sum(_TURNS[turn.name] for turn in turns if isinstance(turn, Action)) % 4
    shortest: list[Statement] = [Action(name) for name in _SHORTEST[total]]
    return shortest if len(shortest) < len(turns) else turns


def _statement(statement: Statement) -> Block:
    """The statements that replace a statement: often itself, sometimes none."""
    match statement:
        case Repeat(times, body):
            body = _block(body)
            if times == 0 or not body:
                return ()
            if times == 1:
                return body
            if all(map(_is_turn, body)):  # combine the turns of all rounds
                return tuple(_shortest_turns(list(body) * times))
            return (Repeat(times, body),)
        case While(condition, body):
            # A body without effect makes an endless loop; it is kept, because a body cannot be empty.
            return (While(condition, _block(body) or body),)
        case If(condition, then):
            then = _block(then)
            return (If(condition, then),) if then else ()
        case IfElse(condition, then, otherwise):
            then, otherwise = _block(then), _block(otherwise)
            if then == otherwise:
                return then
            if not otherwise:
                return (If(condition, then),)
            return (IfElse(condition, then, otherwise),) if then else (If(negated(condition), otherwise),)
        case _:
            return (statement,)


def negated(condition: Condition) -> Condition:
    """The condition that holds where another does not."""
    # The two conditions on markers are opposites, so only `*IsClear` is negated with `not`.
    if condition.name in _OPPOSITE:
        return Condition(condition.name if condition.negated else _OPPOSITE[condition.name])
    return Condition(condition.name, not condition.negated)
