"""The names of a task in its programs.

Tokens know lists and numbers by their place. What a person is shown has the parameters of the task, in its
order, those that the program does not use included; what a person writes is run on inputs in that order.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any, Final

from lasynth.domains.c.lists.frame import lexemes_of
from lasynth.domains.c.lists.grammar import LENGTHS, LISTS, NUMBERS, OUT
from lasynth.domains.c.lists.inputs import Inputs, lists_of, numbers_of, parts_of
from lasynth.domains.c.lists.reading import described
from lasynth.domains.c.lists.syntax import Declaration, Kind, Parameter, Program, Result, Room
from lasynth.domains.c.lists.trees import nodes, renamed
from lasynth.errors import InputError
from lasynth.examples import Example

__all__ = ["bound", "named", "parameters_for"]

_ONLY_NUMBER: Final = "n"  # a single number that has no name


def parameters_for(given: Any, result: Result) -> tuple[Parameter, ...]:
    """The parameters of a function that takes inputs like this one.

    Lists and numbers are called as they are in the task; without names they have those of the vocabulary. A
    length is `n` where there is one list, else `n_` and the name of its list; with more `_` behind it where
    that is taken, as has `out`.
    """
    parts = parts_of(given)
    names, lengths = _names(given)
    parameters: list[Parameter] = []
    for name, length, value in zip(names, lengths, parts, strict=True):
        if isinstance(value, int):
            parameters.append(Parameter(name, Kind.NUMBER))
        else:
            parameters += [Parameter(name, Kind.LIST), Parameter(length, Kind.LENGTH)]
    if result == Result.LIST:
        taken = {parameter.name for parameter in parameters}
        parameters.append(Parameter(_free(LISTS[OUT], taken), Kind.OUT))
    return tuple(parameters)


def _names(given: Any) -> tuple[Sequence[str], Sequence[str]]:
    """The name of each input, and that of its length where it is a list."""
    parts = parts_of(given)
    if isinstance(given, Inputs) and given.names is not None:
        taken = set(given.names)
        alone = sum(not isinstance(value, int) for value in parts) == 1
        lengths = []
        for name, value in zip(given.names, parts, strict=True):
            is_list = not isinstance(value, int)
            short = alone and LENGTHS[0] not in taken
            lengths.append(_free(LENGTHS[0] if short else f"{LENGTHS[0]}_{name}", taken) if is_list else "")
            taken.add(lengths[-1])
        return given.names, lengths
    if isinstance(given, int):
        return (_ONLY_NUMBER,), ("",)
    lists, numbers = iter(zip(LISTS, LENGTHS, strict=False)), iter(NUMBERS)
    pairs = [(next(numbers), "") if isinstance(value, int) else next(lists) for value in parts]
    return [name for name, _ in pairs], [length for _, length in pairs]


def named(program: Program, example: Example) -> Program:
    """A program with the parameters of a task, named as there.

    A variable that has the name of one gets another, and so has the function.

    Args:
        program: lists and numbers among its parameters are in the order of the task, each kind for itself.
        example: of the task.
    """
    parameters = parameters_for(example.input, program.result)
    names_of = {lexeme: name for name, lexeme in lexemes_of(parameters, ()).items()}
    wanted = set(names_of.values())
    own = {node.name for node in nodes(program.statements) if isinstance(node, Declaration | Room)}
    taken = wanted | own
    names: dict[str, str] = {}
    more: list[Parameter] = []  # beyond the inputs of the task; no program that fits it needs them
    for parameter, lexeme in zip(
        program.parameters, lexemes_of(program.parameters, ()).values(), strict=True
    ):
        if lexeme not in names_of:
            names_of[lexeme] = _free(parameter.name, taken)
            taken.add(names_of[lexeme])
            more.append(replace(parameter, name=names_of[lexeme]))
        names[parameter.name] = names_of[lexeme]
    for name in sorted(own & wanted):
        names[name] = _free(name, taken)
        taken.add(names[name])
    end = len(parameters) - (program.result == Result.LIST)
    return replace(
        program,
        parameters=(*parameters[:end], *more, *parameters[end:]),
        statements=renamed(program.statements, names),
        function=_free(program.function, taken),
    )


def bound(program: Program, given: Any) -> Any:
    """An input in the order in which a program takes its parts.

    Inputs that have the names of its parameters are matched by name, others by their order within their
    kind. A number is a list of one cell where the program certainly takes a list: people write so.

    Raises:
        InputError: the program takes other inputs; says which.
    """
    wanted = [one for one in program.parameters if one.kind in (Kind.LIST, Kind.NUMBER)]
    if isinstance(given, int) and [one.kind for one in wanted] == [Kind.LIST]:
        return (given,)
    names = [one.name for one in wanted]
    matched = given
    if isinstance(given, Inputs) and given.names is not None and set(given.names) == set(names):
        pairs = list(zip(given.in_order(names).values, wanted, strict=True))
        fits = all(isinstance(value, int) or one.kind == Kind.LIST for value, one in pairs)
        values = [
            (value,) if isinstance(value, int) and one.kind == Kind.LIST else value for value, one in pairs
        ]
        matched = Inputs(tuple(names), tuple(values))
    else:
        kinds = [one.kind for one in wanted]
        counts = len(lists_of(given)), len(numbers_of(given))
        fits = counts == (kinds.count(Kind.LIST), kinds.count(Kind.NUMBER))
    if not fits:
        words = [f"a {one.kind.value} {one.name}" for one in wanted]
        takes = f"{', '.join(words[:-1])} and {words[-1]}" if words[1:] else (words or ["nothing"])[0]
        example = ", ".join(f"{one.name} = {'3 1 2' if one.kind == Kind.LIST else '2'}" for one in wanted)
        hint = f'Give it such inputs, as in "{example}".' if wanted else None
        raise InputError(f"the program takes {takes}, the input is {described(given)}", "input", hint)
    return matched


def _free(name: str, taken: Collection[str]) -> str:
    while name in taken:
        name += "_"
    return name
