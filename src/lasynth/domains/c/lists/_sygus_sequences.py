"""The problems of `SequenceSolver`: a list or a number as a term over integers and sequences of integers.

`_sygus_worker` loads this file. A problem is
`{"inputs": [[VALUE, ...], ...], "outputs": [VALUE, ...], "limit": seconds}`; a value is a number or a list of
numbers. A term is a number or a list: `["in", i]`, `["list", 1, 2]`, or `[NAME, TERM, ...]` with a name of
`_KINDS`, which are those of SMT-LIB.
"""

from __future__ import annotations

from typing import Any

import cvc5
from cvc5 import Kind

_KINDS = {
    "seq.unit": Kind.SEQ_UNIT,
    "seq.++": Kind.SEQ_CONCAT,
    "seq.rev": Kind.SEQ_REV,
    "seq.at": Kind.SEQ_AT,
    "seq.extract": Kind.SEQ_EXTRACT,
    "seq.update": Kind.SEQ_UPDATE,
    "seq.replace": Kind.SEQ_REPLACE,
    "seq.replace_all": Kind.SEQ_REPLACE_ALL,
    "seq.len": Kind.SEQ_LENGTH,
    "seq.nth": Kind.SEQ_NTH,
    "seq.indexof": Kind.SEQ_INDEXOF,
    "seq.contains": Kind.SEQ_CONTAINS,
    "+": Kind.ADD,
    "-": Kind.SUB,
    "div": Kind.INTS_DIVISION,
    "mod": Kind.INTS_MODULUS,
    "ite": Kind.ITE,
    "<=": Kind.LEQ,
    "=": Kind.EQUAL,
}
_NAMES = {kind: name for name, kind in _KINDS.items()}
_NUMBERS = (0, 1, 2)
# Lists are joined at one end and sums grow at one end, so that each has one form. Inputs and constants are
# added for each problem.
_RULES: dict[str, list[Any]] = {
    "whole": ["part", ("seq.++", "part", "whole"), ("ite", "test", "whole", "whole")],
    "part": [
        ("seq.unit", "sum"),
        ("seq.rev", "part"),
        ("seq.at", "part", "atom"),
        ("seq.extract", "part", "sum", "sum"),
        ("seq.update", "part", "atom", "part"),
        ("seq.replace", "part", ("seq.unit", "atom"), "part"),
        ("seq.replace_all", "part", ("seq.unit", "atom"), "part"),
    ],
    "sum": ["atom", ("+", "sum", "atom"), ("-", "sum", "atom"), ("ite", "test", "sum", "sum")],
    "atom": [("div", "sum", 2), ("mod", "sum", 2)],
    "test": [("<=", "sum", "sum"), ("=", "sum", "sum")],
}
# A cell, or 0 outside of the list. Plain `seq.nth` has no value there, which makes cvc5 1.4.2 several times
# slower, and crashes it where an input is the empty list.
_CELL = ("seq.nth", ("seq.++", ("seq.at", "list", "sum"), ("seq.unit", 0)), 0)
# For each list among the inputs.
_OF_A_LIST: dict[str, list[Any]] = {
    "part": [("seq.extract", "list", "atom", ("seq.len", "list"))],
    "atom": [
        ("seq.len", "list"),
        _CELL,
        ("seq.indexof", "list", ("seq.unit", "atom"), 0),
    ],
    "test": [("seq.contains", "list", ("seq.unit", "atom"))],
}


def solve(problem: dict[str, Any]) -> Any:
    """The term of a problem, or None."""
    solver = cvc5.Solver()
    solver.setOption("sygus", "true")
    solver.setOption("sygus-enum", "fast")  # terms by rising size; the other orders find fewer
    solver.setLogic("ALL")
    integer, outputs = solver.getIntegerSort(), problem["outputs"]
    sequence = solver.mkSequenceSort(integer)
    inputs = [
        solver.mkVar(integer if isinstance(value, int) else sequence, f"in_{number}")
        for number, value in enumerate(problem["inputs"][0])
    ]
    start, sort = ("sum", integer) if isinstance(outputs[0], int) else ("whole", sequence)
    function = solver.synthFun("f", inputs, sort, _grammar(solver, inputs, outputs, start))
    for given, wanted in zip(problem["inputs"], outputs, strict=True):
        arguments = [_constant(solver, value) for value in given]
        found = solver.mkTerm(Kind.APPLY_UF, function, *arguments)
        solver.addSygusConstraint(solver.mkTerm(Kind.EQUAL, found, _constant(solver, wanted)))
    if not solver.checkSynth().hasSolution():
        return None
    return _plain(solver.getSynthSolution(function)[1])  # the solution is a lambda: variables, body


def _grammar(solver: Any, inputs: list[Any], outputs: list[Any], start: str) -> Any:
    """The rules, the inputs, and as constants 0, 1, 2 and what all outputs have in common."""
    integer = solver.getIntegerSort()
    sequence = solver.mkSequenceSort(integer)
    sorts = {"whole": sequence, "part": sequence, "sum": integer, "atom": integer}
    places = {name: solver.mkVar(sorts.get(name, solver.getBooleanSort()), name) for name in _RULES}

    def build(rule: Any, given: Any = None) -> Any:
        if isinstance(rule, tuple):
            return solver.mkTerm(_KINDS[rule[0]], *(build(part, given) for part in rule[1:]))
        if isinstance(rule, int):
            return solver.mkInteger(rule)
        return given if rule == "list" else places[rule]

    lists = [term for term in inputs if term.getSort() == sequence]
    common = set.intersection(*({one} if isinstance(one, int) else set(one) for one in outputs))
    atoms = [term for term in inputs if term.getSort() == integer]
    atoms += map(solver.mkInteger, [*_NUMBERS, *sorted(common.difference(_NUMBERS))])
    parts = [*lists, solver.mkEmptySequence(integer)]
    if start == "whole" and all(one == outputs[0] for one in outputs):
        parts.append(_constant(solver, outputs[0]))
    rules = {name: [build(rule) for rule in found] for name, found in _RULES.items()}
    for name, first in (("part", parts), ("atom", atoms), ("test", [])):
        own = [build(rule, given) for rule in _OF_A_LIST[name] for given in lists]
        rules[name] = [*first, *own, *rules[name]]
    order = [start, *(name for name in _RULES if name != start)]
    grammar = solver.mkGrammar(inputs, [places[name] for name in order])
    for name in order:
        grammar.addRules(places[name], rules[name])
    return grammar


def _constant(solver: Any, value: Any) -> Any:
    if isinstance(value, int):
        return solver.mkInteger(value)
    cells = [solver.mkTerm(Kind.SEQ_UNIT, solver.mkInteger(cell)) for cell in value]
    if len(cells) < 2:
        return cells[0] if cells else solver.mkEmptySequence(solver.getIntegerSort())
    return solver.mkTerm(Kind.SEQ_CONCAT, *cells)


def _plain(term: Any) -> Any:
    kind = term.getKind()
    if kind == Kind.CONST_INTEGER:
        return int(term.getIntegerValue())
    if kind == Kind.CONST_SEQUENCE:
        return ["list", *(_plain(cell) for cell in term.getSequenceValue())]
    if kind == Kind.VARIABLE:
        return ["in", int(term.getSymbol().removeprefix("in_"))]
    return [_NAMES[kind], *(_plain(part) for part in term)]
