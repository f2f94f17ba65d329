"""The walk along the tables of a grammar that the parsers of both dialects share.

The tables are those that the next-token mask, the samplers and the machine follow, and the parser does on an
action what the machine emits code for. So none of them can take a program that another refuses.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from lasynth.automaton import MAX_ACTIONS
from lasynth.domains.c.lexer import Word, error_at
from lasynth.errors import ProgramError
from lasynth.grammar import KIND_ACTION, KIND_NONTERMINAL, KIND_TERMINAL, Grammar, Symbol
from lasynth.limits import check_num_tokens

__all__ = ["Rules", "Walk"]

# The automaton of the machine has room for so much: 63 tests joined in one condition, fewer in deep blocks.
_TOO_LONG = "this condition joins too many tests: use several 'if'"


@dataclass(frozen=True, slots=True, eq=False)
class Rules:
    """A grammar as plain Python walks along it, where indexing an array is slow.

    Attributes:
        grammar: what they are made of.
        terminals: the number of each terminal.
        predict: the table of the grammar.
        productions: right-hand sides as they are pushed on the stack: last symbol first, with the rule they
            belong to.
        stack_size: of the machine's parser.
    """

    grammar: Grammar
    terminals: dict[str, int]
    predict: list[list[int]]
    productions: tuple[tuple[tuple[Symbol, str], ...], ...]
    stack_size: int

    @classmethod
    def of(cls, grammar: Grammar, stack_size: int) -> Self:
        """The rules of a grammar."""
        return cls(
            grammar,
            {name: index for index, name in enumerate(grammar.terminals)},
            grammar.tables.predict.tolist(),
            tuple(
                tuple((symbol, grammar.nonterminals[lhs]) for symbol in reversed(rhs))
                for lhs, rhs in grammar.productions
            ),
            stack_size,
        )


class Walk:
    """One pass over the words of a program; a dialect says what becomes of words and actions.

    Args:
        rules: of the dialect.
        source: the text, shown in errors.
        before: the word before the first one, if any.
    """

    def __init__(self, rules: Rules, source: str, before: Word | None = None) -> None:
        self.rules = rules
        self.source = source
        self.before = before
        self.stack: list[tuple[Symbol, str]] = [(Symbol(KIND_NONTERMINAL, 0), "")]
        self.num_taken = 0

    def matched(self, word: Word, role: str, rule: str, following: str) -> None:
        """A word was matched, in a role and a rule of the grammar; `following` is the next one."""
        raise NotImplementedError

    def act(self, action: str, word: Word) -> None:
        """An action of the grammar that stands before or right behind a word."""
        raise NotImplementedError

    def mismatch(self, word: Word, stack: list[tuple[Symbol, str]]) -> ProgramError:
        """The error on a word that the grammar does not take; `stack` is as it was before the word."""
        raise NotImplementedError

    def run(self, words: Sequence[Word]) -> None:
        """Take all words, the last one being EOS."""
        for position, word in enumerate(words):
            self.take(word, words[position + 1].text if position + 1 < len(words) else "")
            if not word.inserted:
                self.before = word

    def take(self, word: Word, following: str) -> None:
        """Take one word: expand what is on top of the stack, match it, act. `following` is the next."""
        check_num_tokens(self.num_taken)
        self.num_taken += 1
        rules = self.rules
        terminal = rules.terminals.get(word.terminal, -1)
        at_word = self.stack.copy()
        num_actions = 0
        while True:
            symbol, rule = self.stack.pop()
            if symbol.kind == KIND_ACTION:
                num_actions += 1
                self.act(rules.grammar.actions[symbol.index], word)
            elif symbol.kind == KIND_TERMINAL:
                if symbol.index != terminal:
                    raise self.mismatch(word, at_word)
                break
            else:
                production = rules.predict[symbol.index][terminal] if terminal >= 0 else -1
                if production < 0:
                    raise self.mismatch(word, at_word)
                self.stack += rules.productions[production]
                if len(self.stack) > rules.stack_size:
                    raise self.error(word, _TOO_LONG)
        self.matched(word, rules.grammar.roles[symbol.role], rule, following)
        # Actions right behind a word belong to it, as in `lasynth.automaton.shift`.
        while self.stack and self.stack[-1][0].kind == KIND_ACTION:
            num_actions += 1
            self.act(rules.grammar.actions[self.stack.pop()[0].index], word)
        if num_actions > MAX_ACTIONS:
            raise self.error(word, _TOO_LONG)

    def expected(self, stack: list[tuple[Symbol, str]]) -> set[str]:
        """The terminals that may come next."""
        return {name for name, index in self.rules.terminals.items() if self._accepts(stack, index)}

    def error(self, word: Word, what: str) -> ProgramError:
        """An error at a word."""
        return error_at(self.source, word.offset, what)

    def _accepts(self, stack: list[tuple[Symbol, str]], terminal: int) -> bool:
        """Whether a terminal may come next; `lasynth.automaton.peek` in plain Python."""
        rest = stack.copy()
        while True:
            symbol, _ = rest.pop()
            if symbol.kind == KIND_TERMINAL:
                return symbol.index == terminal
            if symbol.kind == KIND_NONTERMINAL:
                production = self.rules.predict[symbol.index][terminal]
                if production < 0:
                    return False
                rest += self.rules.productions[production]
