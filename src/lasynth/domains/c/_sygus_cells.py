"""The problems of `SygusSolver`: an output cell as a term of the input cells.

`_sygus_worker` loads this file. A problem is
`{"inputs": [[...], ...], "outputs": [...], "own": cell, "branches": bool, "limit": seconds}`. A term is a
number or a list: `["cell", i]`, `["add", TERM, TERM, ...]`, `["subtract", TERM, TERM]`,
`["choose", LEFT, RIGHT, THEN, ELSE]` (`THEN` where `LEFT <= RIGHT`), `["choose_equal", ...]` (where
`LEFT == RIGHT`).
"""

from __future__ import annotations

from typing import Any

import cvc5
from cvc5 import Kind

# With branches only few constants: a larger one is then a sum, so it costs more than an input cell.
_SUM_CONSTANTS = (0, 1, -1, 2, -2, 3, -3, 4, -4)
_BRANCH_CONSTANTS = (0, 1, -1)


def solve(problem: dict[str, Any]) -> Any:
    """The term of a problem, or None."""
    solver = cvc5.Solver()
    solver.setOption("sygus", "true")
    # Terms are enumerated by rising size; terms that are equal on the examples are dropped.
    solver.setOption("sygus-enum", "fast")
    solver.setLogic("LIA")
    integer = solver.getIntegerSort()
    num_cells = len(problem["inputs"][0])
    cells = [solver.mkVar(integer, f"in_{number}") for number in range(num_cells)]
    grammar = _grammar(solver, cells, problem["own"], branches=problem["branches"])
    function = solver.synthFun("f", cells, integer, grammar)
    for given, wanted in zip(problem["inputs"], problem["outputs"], strict=True):
        arguments = [solver.mkInteger(value) for value in given]
        value = solver.mkTerm(Kind.APPLY_UF, function, *arguments)
        solver.addSygusConstraint(solver.mkTerm(Kind.EQUAL, value, solver.mkInteger(wanted)))
    if not solver.checkSynth().hasSolution():
        return None
    names = {f"in_{number}": number for number in range(num_cells)}
    body = solver.getSynthSolution(function)[1]  # the solution is a lambda: variables, body
    return _plain(body, names)


def _grammar(solver: Any, cells: list[Any], own: int, *, branches: bool) -> Any:
    """Sums of cells and constants; with branches also `ite` over comparisons of sums.

    Terms of equal size are tried in the order of the rules, so the cell itself comes first.
    """
    integer = solver.getIntegerSort()
    whole = solver.mkVar(integer, "whole")
    constants = _BRANCH_CONSTANTS if branches else _SUM_CONSTANTS
    atoms = [cells[own], *cells[:own], *cells[own + 1 :], *map(solver.mkInteger, constants)]
    if not branches:
        # Sums grow at one end only, so each has one form.
        atom = solver.mkVar(integer, "atom")
        grammar = solver.mkGrammar(cells, [whole, atom])
        sums = [solver.mkTerm(kind, whole, atom) for kind in (Kind.ADD, Kind.SUB)]
        grammar.addRules(whole, [*atoms, *sums])
        grammar.addRules(atom, atoms)
        return grammar
    test = solver.mkVar(solver.getBooleanSort(), "test")
    grammar = solver.mkGrammar(cells, [whole, test])
    sums = [solver.mkTerm(kind, whole, whole) for kind in (Kind.ADD, Kind.SUB)]
    grammar.addRules(whole, [*atoms, *sums, solver.mkTerm(Kind.ITE, test, whole, whole)])
    grammar.addRules(test, [solver.mkTerm(kind, whole, whole) for kind in (Kind.LEQ, Kind.EQUAL)])
    return grammar


def _plain(term: Any, names: dict[str, int]) -> Any:
    kind = term.getKind()
    if kind == Kind.CONST_INTEGER:
        return int(term.getIntegerValue())
    if kind == Kind.VARIABLE:
        return ["cell", names[term.getSymbol()]]
    if kind == Kind.ITE:
        test = term[0]
        name = {Kind.LEQ: "choose", Kind.EQUAL: "choose_equal"}[test.getKind()]
        return [name, *(_plain(part, names) for part in (test[0], test[1], term[1], term[2]))]
    operation = {Kind.ADD: "add", Kind.SUB: "subtract"}[kind]
    return [operation, *(_plain(part, names) for part in term)]
