"""Programs of the dialect `lists` for tests: from text, and at random by a walk along the next-token mask.

The walk goes wherever the grammar allows, with weights for programs that end and mostly do something; some of
its heads of loops become `for (int v = 0; v < BOUND; v++)`, and most declarations get a value.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from lasynth.domains.c.lists.grammar import EOS, FIRST_INT, FIRST_NAME, lexeme, token_of
from lasynth.domains.c.lists.layout import LIST_WIDTH, MAX_NUMBERS
from lasynth.domains.c.lists.mask import MASKING
from lasynth.domains.c.lists.parser import parse, to_tokens
from lasynth.grammar import IntArray

MAX_TOKENS: Final = 140
_NUM_LITERALS: Final = 8
_EXTREMES: Final = np.array([-(2**31), -(2**31) + 1, -1, 0, 1, 64, 65536, 2**31 - 2, 2**31 - 1])

# What the walk draws more, or less, often than other tokens that may stand in a place.
_WEIGHTS: Final = {
    8.0: "] )",
    6.0: ";",
    5.0: ":",
    4.0: "for a",
    3.0: "int",
    2.5: "if",
    2.0: "= out",
    1.5: "}",
    0.5: "/ % *= k t - b",
    0.3: "while break return continue ! /= %=",
    0.15: "( ? , n_b",
    0.1: "c u k_1",
    0.05: "d n_c n_d k_2 k_3",
}


def tokens_of(text: str) -> IntArray:
    """The tokens of a program, ended by EOS."""
    return to_tokens(parse(text))


def text_of(tokens: IntArray) -> str:
    """The lexemes of a program, separated by blanks."""
    return " ".join(lexeme(int(token)) for token in tokens[tokens != EOS])


def rows(programs: Sequence[IntArray]) -> IntArray:
    """Programs as rows of one array, padded by EOS."""
    width = max(map(len, programs))
    return np.array([np.pad(tokens, (0, width - len(tokens))) for tokens in programs], dtype=np.int32)


def input_of(lists: Sequence[Sequence[int]], numbers: Sequence[int] = (), *, num_lists: int = 0) -> list[int]:
    """An input, with room for at least `num_lists` lists (`lasynth.domains.c.lists.layout`)."""
    row = [len(lists), len(numbers), 0, 0, *numbers, *[0] * (MAX_NUMBERS - len(numbers))]
    for cells in lists:
        row += [len(cells), *cells, *[0] * (LIST_WIDTH - 1 - len(cells))]
    return row + [0] * (LIST_WIDTH * (num_lists - len(lists)))


def random_inputs(seed: int, count: int, *, num_lists: int, num_numbers: int) -> IntArray:
    """`[count, L]`: small values in lists of 0 to 8 cells; every fifth has values up to the limits."""
    rng = np.random.default_rng(seed)
    inputs = []
    for number in range(count):
        lengths = rng.integers(0, 8, num_lists, endpoint=True)
        if number % 10 == 9:
            lengths[:1] = 64
        if number % 5 == 4:
            lists = [rng.choice(_EXTREMES, length).tolist() for length in lengths]
            numbers = rng.choice(_EXTREMES, num_numbers).tolist()
        else:
            lists = [rng.integers(-4, 9, length, endpoint=True).tolist() for length in lengths]
            numbers = rng.integers(-1, 5, num_numbers, endpoint=True).tolist()
        inputs.append(input_of(lists, numbers))
    return np.array(inputs, dtype=np.int32)


def random_programs(seed: int, count: int, *, max_tokens: int = MAX_TOKENS, huge: bool = True) -> IntArray:
    """`[count, max_tokens]` random programs, a pure function of the arguments.

    With `huge` a few literals are large, so that products and sums overflow. Otherwise literals are 0 to 7.
    """
    rng = np.random.default_rng(seed)
    weights, closing = _weights()
    found: list[IntArray] = []
    while len(found) < count:
        found += _walks(rng, 2 * (count - len(found)) + 20, max_tokens, weights, closing)
    programs_PT = np.array(found[:count])
    if huge:
        chosen_PT = (programs_PT >= FIRST_INT) & (rng.random(programs_PT.shape) < 0.03)
        sizes = rng.choice([64, 1000, 46341, 2**31 - 100 - FIRST_INT], chosen_PT.sum())
        programs_PT[chosen_PT] = FIRST_INT + sizes + rng.integers(-2, 2, chosen_PT.sum())
    return programs_PT


def _weights() -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    weights = np.ones(FIRST_INT + _NUM_LITERALS)
    weights[FIRST_INT:] = 0.3
    weights[FIRST_NAME:FIRST_INT] = 2.5
    for weight, texts in _WEIGHTS.items():
        weights[[token_of(text) for text in texts.split()]] = weight
    weights[EOS] = 0.1
    closing = weights.copy()
    closing[[EOS, *map(token_of, ("}", ";", ")", "]", ":"))]] = 1e6
    for text in ("for", "while", "if", "else", "&&", "||", "?", "(", "[", "!", "-", "int", ","):
        closing[token_of(text)] = 1e-6
    return weights, closing


def _walks(
    rng: np.random.Generator,
    num_rows: int,
    max_tokens: int,
    weights: npt.NDArray[np.float64],
    closing: npt.NDArray[np.float64],
) -> list[IntArray]:
    mask = MASKING.mask(num_rows, len(weights))
    tokens_PT = np.zeros((num_rows, max_tokens), dtype=np.int32)
    limits = rng.integers(max_tokens // 12, max_tokens * 2 // 3, num_rows)
    writers = [_Writer(rng) for _ in range(num_rows)]
    for position in range(max_tokens):
        odds = mask.allowed() * np.where((position < limits)[:, None], weights, closing)
        # An exponential race: the largest of -E / weight, with E exponential, is a draw by weight.
        with np.errstate(divide="ignore"):
            drawn = np.argmin(rng.exponential(size=odds.shape) / odds, axis=1)
        tokens_PT[:, position] = [
            writer.next(int(token), row) for writer, token, row in zip(writers, drawn, odds > 0, strict=True)
        ]
        mask.advance(tokens_PT[:, position])
    return [tokens for tokens, ended in zip(tokens_PT, mask.finished, strict=True) if ended]


def _phrase(text: str) -> list[int]:
    return [_MARKS[word] if word in _MARKS else token_of(word) for word in text.split()]


# In a phrase: a new name; the name before; the variable of a loop around; the length of the result so far;
# where a loop ends; a number to divide by.
_NEW, _SAME, _LOOP, _LENGTH, _BOUND, _DIVISOR = range(-6, 0)
_MARKS: Final = {
    "NEW": _NEW,
    "SAME": _SAME,
    "LOOP": _LOOP,
    "LENGTH": _LENGTH,
    "BOUND": _BOUND,
    "DIVISOR": _DIVISOR,
}
_EMPTY: Final = _phrase("int NEW = 0 ;")
_FILL: Final = _phrase("for ( int NEW = 0 ; SAME < n ; SAME ++ ) { t [ SAME ] = a [ SAME ] ; }")
# What may follow a token, and how often it does.
_FOLLOWS: Final = {
    "for": (0.85, "( int NEW = 0 ; SAME < BOUND ; SAME ++ ) {"),
    "int": (0.9, "NEW ="),
    "out": (0.8, "[ LENGTH ++ ] ="),
    "/": (0.7, "DIVISOR"),
    "%": (0.7, "DIVISOR"),
    **dict.fromkeys(("a", "b", "c", "d", "t", "u"), (0.85, "[ LOOP ]")),
}
_PHRASES: Final = {token_of(text): (odds, _phrase(phrase)) for text, (odds, phrase) in _FOLLOWS.items()}
_ROOMS: Final = [token_of(text) for text in ("out", "t", "u")]
_OPENS_STATEMENT: Final = {token_of(text) for text in (";", "{", "}", "<list>", "<number>", "<in place>")}
_RETURN, _SEMICOLON = token_of("return"), token_of(";")
_INT, _FIRST = token_of("int"), token_of("a")
_NUMBER, _LIST = token_of("<number>"), token_of("<list>")


class _Writer:
    """Writes one program: the tokens that are drawn for it, and phrases that some of them begin."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self.phrase: list[int] = []
        self.same = self.loop = self.length = FIRST_NAME
        self.fresh = EOS  # the name that is being declared
        self.result = self.before = EOS
        self.ends = False

    def next(self, drawn: int, allowed: npt.NDArray[np.bool_]) -> int:
        """The next token; `drawn` where there is nothing better."""
        token = drawn
        if self.phrase:
            wanted = self.named(self.phrase.pop(0), allowed)
            if allowed[wanted]:
                token = wanted
            else:
                self.phrase = []
        if not self.phrase and self.ends and self.before == _SEMICOLON and allowed[EOS]:
            token = EOS
        elif (
            token == EOS
            and self.result in (_NUMBER, _LIST)
            and not self.ends
            and allowed[_RETURN]
            and self.rng.random() < 0.97
        ):
            token = _RETURN
            self.ends = True
            self.phrase = [_LENGTH, _SEMICOLON] if self.result == _LIST else []
        elif not self.phrase:
            token = self.usual(token, allowed)
            self.begin(token)
        if self.before == _INT:
            self.fresh = token
        elif token == _SEMICOLON:
            self.fresh = EOS
        self.before = token
        return token

    def usual(self, token: int, allowed: npt.NDArray[np.bool_]) -> int:
        """Another token, mostly, for one that would read what is not set."""
        reads_room = token in _ROOMS and self.before not in _OPENS_STATEMENT
        if (reads_room or (token == self.fresh and self.before != _INT)) and self.rng.random() < 0.9:
            token = _FIRST if reads_room else FIRST_INT + int(self.rng.integers(_NUM_LITERALS))
        return token if allowed[token] else int(np.flatnonzero(allowed)[0])

    def begin(self, token: int) -> None:
        """Have a phrase follow a token, perhaps."""
        if self.result == EOS:
            self.result = token
            self.phrase = [*_EMPTY] if self.result == _LIST or self.rng.random() < 0.8 else []
            self.phrase += _FILL if self.rng.random() < 0.3 else []
        elif token in _PHRASES and self.rng.random() < _PHRASES[token][0]:
            self.phrase = [*_PHRASES[token][1]]

    def named(self, wanted: int, allowed: npt.NDArray[np.bool_]) -> int:
        """The token that a mark of a phrase stands for."""
        if wanted == _NEW:
            names = np.flatnonzero(allowed[FIRST_NAME:FIRST_INT])
            self.same = FIRST_NAME + int(names[0]) if len(names) else EOS
            if _SAME in self.phrase[:4]:  # it is the head of a loop
                self.loop = self.same
            return self.same
        if wanted == _BOUND:
            texts = ("n", "n", "n", "n", "n", "n_b", "k", "3", "7")
            return token_of(texts[self.rng.integers(len(texts))])
        if wanted == _DIVISOR:
            return FIRST_INT + int(self.rng.integers(1, _NUM_LITERALS))
        if wanted == _LOOP and not allowed[self.loop]:
            return FIRST_INT + int(self.rng.integers(3))
        return {_SAME: self.same, _LOOP: self.loop, _LENGTH: self.length}.get(wanted, wanted)
