"""A grammar as data, and the tables derived from it.

A language states its grammar once, as text. From that one text come the LL(1) table that the
parser follows, the arrays that the compiled automaton (`lasynth.automaton`) runs on to mask a
search or to drive a random sampler, and the actions that a machine executes to compile tokens.

The notation, one rule a line::

    assign : '++' lvalue @inc | lvalue assign_op
    lvalue : NAME.target @lv_name | 'a' '[' cell ']'
    tail   : '+' operand @add |

Quoted or upper-case symbols are terminals, lower-case ones are non-terminals, `@name` is an action,
an empty alternative is the empty word. `NAME.target` is the terminal `NAME` in the role `target`:
roles do not change what is parsed, they tell samplers and masks which names or numbers fit there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

__all__ = ["Grammar", "GrammarTables", "IntArray", "Symbol"]

IntArray = npt.NDArray[np.int32]

# A symbol packed in one integer, so that a stack of symbols is an array: kind | role | index.
KIND_TERMINAL, KIND_NONTERMINAL, KIND_ACTION = 0, 1, 2
KIND_SHIFT, ROLE_SHIFT, INDEX_MASK, ROLE_MASK = 16, 8, 0xFF, 0xFF

_RULE = re.compile(r"^(\w+)\s*:(.*)$")
_SYMBOL = re.compile(r"'(?P<quoted>[^']+)'|@(?P<action>\w+)|(?P<word>\w+)(?:\.(?P<role>\w+))?")


@dataclass(frozen=True, slots=True)
class Symbol:
    """One symbol of a right-hand side.

    Attributes:
        kind: `KIND_TERMINAL`, `KIND_NONTERMINAL` or `KIND_ACTION`.
        index: number of the terminal, non-terminal or action within its kind.
        role: number of the role of a terminal, 0 for none.
    """

    kind: int
    index: int
    role: int = 0

    @property
    def packed(self) -> int:
        """The symbol as one integer: `kind << 16 | role << 8 | index`."""
        return self.kind << KIND_SHIFT | self.role << ROLE_SHIFT | self.index


@dataclass(frozen=True, slots=True, eq=False)
class GrammarTables:
    """The arrays that compiled code works on.

    Attributes:
        rhs: `[sum of lengths]` packed symbols of all right-hand sides, one after the other.
        rhs_start: `[P + 1]` where each production begins in `rhs`.
        lhs: `[P]` the non-terminal of each production.
        predict: `[num_nonterminals, num_terminals]` the production to expand, or -1.
        start: the packed start symbol.
    """

    rhs: IntArray
    rhs_start: IntArray
    lhs: IntArray
    predict: IntArray
    start: int


@dataclass(frozen=True, slots=True, eq=False)
class Grammar:
    """An LL(1) grammar with roles and actions, read from its text.

    Attributes:
        terminals, nonterminals, actions, roles: names, the position being the number
            (role 0 is the empty name).
        productions: `(left-hand side, right-hand side)`, in the order of the text.
        tables: the same as arrays.
    """

    terminals: tuple[str, ...]
    nonterminals: tuple[str, ...]
    actions: tuple[str, ...]
    roles: tuple[str, ...]
    productions: tuple[tuple[int, tuple[Symbol, ...]], ...]
    tables: GrammarTables = field(repr=False)

    @classmethod
    def from_text(cls, text: str, *, actions: tuple[str, ...] = (), roles: tuple[str, ...] = ()) -> Grammar:
        """Read a grammar; the first rule is the start.

        Args:
            text: rules in the notation of this module.
            actions: the order in which actions are numbered, when compiled code relies on it.
            roles: likewise for roles, without the empty one.

        Raises:
            ValueError: a symbol without a rule, an action or role that was not announced, or a
                pair of alternatives that one token of look-ahead cannot tell apart.
        """
        rules = _read_rules(text)
        nonterminals = tuple(rules)
        terminals: list[str] = []
        action_names, role_names = list(actions), ["", *roles]
        productions: list[tuple[int, tuple[Symbol, ...]]] = []
        for lhs, (name, alternatives) in enumerate(rules.items()):
            for alternative in alternatives:
                symbols = []
                for found in _SYMBOL.finditer(alternative):
                    word, role = found["word"], found["role"] or ""
                    if found["action"]:
                        index = _number(found["action"], action_names, bool(actions), name)
                        symbols.append(Symbol(KIND_ACTION, index))
                    elif word and not word.isupper():
                        if word not in rules:
                            raise ValueError(f"rule {name!r} uses {word!r}, which has no rule")
                        symbols.append(Symbol(KIND_NONTERMINAL, nonterminals.index(word)))
                    else:
                        index = _number(found["quoted"] or word, terminals, False, name)
                        role_index = _number(role, role_names, bool(roles), name)
                        symbols.append(Symbol(KIND_TERMINAL, index, role_index))
                productions.append((lhs, tuple(symbols)))
        predict = _predict_table(productions, terminals, nonterminals)
        rhs = [symbol.packed for _, symbols in productions for symbol in symbols]
        starts = np.cumsum([0, *(len(symbols) for _, symbols in productions)])
        tables = GrammarTables(
            rhs=np.array(rhs, dtype=np.int32),
            rhs_start=starts.astype(np.int32),
            lhs=np.array([lhs for lhs, _ in productions], dtype=np.int32),
            predict=predict,
            start=Symbol(KIND_NONTERMINAL, 0).packed,
        )
        return cls(
            tuple(terminals),
            nonterminals,
            tuple(action_names),
            tuple(role_names),
            tuple(productions),
            tables,
        )

    def productions_of(self, nonterminal: str) -> list[int]:
        """Numbers of the productions of a non-terminal, in the order of the text."""
        index = self.nonterminals.index(nonterminal)
        return [number for number, (lhs, _) in enumerate(self.productions) if lhs == index]

    def expected(self, nonterminal: int) -> list[str]:
        """Terminals on which a non-terminal can be expanded: what a parse error names."""
        row = self.tables.predict[nonterminal]
        return [self.terminals[index] for index in np.flatnonzero(row >= 0)]


def _read_rules(text: str) -> dict[str, list[str]]:
    rules: dict[str, list[str]] = {}
    name = ""
    for raw in text.splitlines():
        line = raw.split("#", 1)[0].strip()
        if not line:
            continue
        if found := _RULE.match(line):
            name, line = found[1], found[2]
            if name in rules:
                raise ValueError(f"rule {name!r} is declared twice")
            rules[name] = []
        elif line.startswith("|"):
            line = line[1:]
        # A '|' inside quotes (C's '||') does not separate alternatives.
        rules[name] += re.split(r"\|(?=(?:[^']*'[^']*')*[^']*$)", line)
    return rules


def _number(name: str, names: list[str], closed: bool, rule: str) -> int:
    if name not in names:
        if closed:
            raise ValueError(f"rule {rule!r} uses {name!r}, which was not announced")
        names.append(name)
    return names.index(name)


def _predict_table(
    productions: list[tuple[int, tuple[Symbol, ...]]],
    terminals: list[str],
    nonterminals: tuple[str, ...],
) -> IntArray:
    """The LL(1) table from FIRST and FOLLOW (Aho, Sethi, Ullman, algorithm 4.31)."""
    count = len(nonterminals)
    nullable = [False] * count
    first: list[set[int]] = [set() for _ in range(count)]
    follow: list[set[int]] = [set() for _ in range(count)]
    # Actions take no token: they do not matter here.
    rules = [(lhs, [s for s in rhs if s.kind != KIND_ACTION]) for lhs, rhs in productions]

    def first_of(symbols: list[Symbol]) -> tuple[set[int], bool]:
        found: set[int] = set()
        for symbol in symbols:
            if symbol.kind == KIND_TERMINAL:
                return found | {symbol.index}, False
            found |= first[symbol.index]
            if not nullable[symbol.index]:
                return found, False
        return found, True

    changed = True
    while changed:
        changed = False
        for lhs, rhs in rules:
            firsts, empty = first_of(rhs)
            if not firsts <= first[lhs] or (empty and not nullable[lhs]):
                first[lhs] |= firsts
                nullable[lhs] |= empty
                changed = True
            for position, symbol in enumerate(rhs):
                if symbol.kind == KIND_NONTERMINAL:
                    after, at_end = first_of(rhs[position + 1 :])
                    after = after | (follow[lhs] if at_end else set())
                    if not after <= follow[symbol.index]:
                        follow[symbol.index] |= after
                        changed = True

    table = np.full((count, len(terminals)), -1, dtype=np.int32)
    for number, (lhs, rhs) in enumerate(rules):
        firsts, empty = first_of(rhs)
        for terminal in firsts | (follow[lhs] if empty else set()):
            if table[lhs, terminal] >= 0:
                raise ValueError(
                    f"rule {nonterminals[lhs]!r} is not LL(1): two alternatives "
                    f"begin with {terminals[terminal]!r}"
                )
            table[lhs, terminal] = number
    return table
