"""Scorers and a language small enough to check a search by hand, for tests of this and other packages.

`TOY` is a language of four commands on a list: `inc`, `dec`, `rot` (rotate left) and `neg`, which must be
followed by `inc`. `TableScorer` reads log-probabilities from a table, `ReferenceScorer` prefers a given
program to all others.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from lasynth.domains.base import (
    Array,
    Bools,
    Cutting,
    Language,
    Machine,
    Status,
    Statuses,
    Syntax,
    Text,
    Tokens,
    Values,
)
from lasynth.domains.kit.rows import ended, padded
from lasynth.errors import ProgramError
from lasynth.search.problem import Problem
from lasynth.search.scorer import BoolArray, FloatArray, IntArray

__all__ = ["TOY", "ReferenceScorer", "TableScorer", "ToyMask", "toy_problem"]

_COMMANDS: Final = ("<eos>", "<bos>", "inc", "dec", "rot", "neg")
_EOS, _BOS, _INC, _DEC, _ROT, _NEG = range(6)
_LARGEST: Final = 9  # a larger value is an overflow


class _ByExamples:
    """Identifies problems by their shown examples, which are all that a scorer sees."""

    def __init__(self, problems: Iterable[Problem], num_tokens: int, bos: int, eos: int) -> None:
        self._row_of = {
            problem.inputs_KN.tobytes() + problem.outputs_KN.tobytes(): row
            for row, problem in enumerate(problems)
        }
        self.num_tokens = num_tokens
        self.bos = bos
        self.eos = eos

    def _rows(self, inputs_BKN: IntArray, outputs_BKN: IntArray) -> IntArray:
        """The index of each problem."""
        pairs = zip(inputs_BKN, outputs_BKN, strict=True)
        return np.array([self._row_of[given.tobytes() + wanted.tobytes()] for given, wanted in pairs])


class TableScorer(_ByExamples):
    """A scorer whose log-probabilities depend only on the problem, the position and the last token.

    Args:
        tables: problems, each with its `[L, V, V]` logits: position x last token x next token. The last
            position applies to all later ones.
        bos: the first token to feed.
        eos: the token that ends a program.

    Attributes:
        num_rows_stepped: the sum of R over all steps.
        num_steps: how many steps.
    """

    def __init__(
        self, tables: Iterable[tuple[Problem, FloatArray]], *, bos: int = _BOS, eos: int = _EOS
    ) -> None:
        problems, arrays = zip(*tables, strict=True)
        logits = np.stack([np.asarray(table, dtype=np.float64) for table in arrays])
        super().__init__(problems, logits.shape[-1], bos, eos)
        peak = logits.max(axis=-1, keepdims=True)
        self._log_probs = logits - peak - np.log(np.exp(logits - peak).sum(axis=-1, keepdims=True))
        self.num_rows_stepped = 0
        self.num_steps = 0

    def start(self, inputs_BKN: IntArray, outputs_BKN: IntArray) -> tuple[IntArray, IntArray]:
        """The state: the table and the position of each row."""
        table_R = self._rows(inputs_BKN, outputs_BKN)
        return table_R, np.zeros_like(table_R)

    def step(
        self, state: tuple[IntArray, IntArray], tokens: npt.NDArray[np.int64]
    ) -> tuple[FloatArray, tuple[IntArray, IntArray]]:
        """Look the log-probabilities up."""
        table_R, position_R = state
        assert len(table_R) == len(tokens)
        assert np.array_equal(tokens == self.bos, position_R == 0)
        self.num_rows_stepped += len(tokens)
        self.num_steps += 1
        row_R = np.minimum(position_R, self._log_probs.shape[1] - 1)
        log_probs_RV = self._log_probs[table_R, row_R, tokens].astype(np.float32)
        return log_probs_RV, (table_R, position_R + 1)

    def reorder(
        self, state: tuple[IntArray, IntArray], parents: npt.NDArray[np.int64]
    ) -> tuple[IntArray, IntArray]:
        """Select rows."""
        return state[0][parents], state[1][parents]

    def join(
        self, first: tuple[IntArray, IntArray], second: tuple[IntArray, IntArray]
    ) -> tuple[IntArray, IntArray]:
        """The rows of both."""
        return np.concatenate([first[0], second[0]]), np.concatenate([first[1], second[1]])


@dataclass(frozen=True, slots=True)
class _OnPath:
    """The state of `ReferenceScorer`: row of the reference, whether all tokens are its, their number."""

    reference_R: IntArray
    follows_R: BoolArray
    position_R: IntArray


class ReferenceScorer(_ByExamples):
    """A scorer that prefers one given program per problem, and is uniform off its path.

    Args:
        references: problems of one language, each with the tokens of a program, ended by EOS.
        confidence: probability of the reference's next token while a row follows the reference.
    """

    def __init__(self, references: Iterable[tuple[Problem, Tokens]], *, confidence: float = 0.9) -> None:
        problems, programs = zip(*references, strict=True)
        grammar = problems[0].language.grammar
        super().__init__(problems, grammar.num_tokens, grammar.bos, grammar.eos)
        self._tokens = padded(programs, grammar.eos)
        self._confidence = confidence

    def start(self, inputs_BKN: IntArray, outputs_BKN: IntArray) -> _OnPath:
        """The state with every row at the beginning of its reference."""
        reference_R = self._rows(inputs_BKN, outputs_BKN)
        return _OnPath(reference_R, np.ones(len(reference_R), dtype=np.bool_), np.zeros_like(reference_R))

    def step(self, state: _OnPath, tokens: npt.NDArray[np.int64]) -> tuple[FloatArray, _OnPath]:
        """Favour the next token of the reference if all tokens so far are the reference's."""
        reference_R, position_R = state.reference_R, state.position_R
        follows_R = state.follows_R & ((position_R == 0) | (tokens == self._at(reference_R, position_R - 1)))
        num_rows = len(tokens)
        log_probs_RV = np.full((num_rows, self.num_tokens), -np.log(self.num_tokens), dtype=np.float32)
        rest = (1 - self._confidence) / (self.num_tokens - 1)
        log_probs_RV[follows_R] = np.log(rest)
        rows = np.flatnonzero(follows_R)
        log_probs_RV[rows, self._at(reference_R, position_R)[rows]] = np.log(self._confidence)
        return log_probs_RV, _OnPath(reference_R, follows_R, position_R + 1)

    def reorder(self, state: _OnPath, parents: npt.NDArray[np.int64]) -> _OnPath:
        """Select rows."""
        return _OnPath(state.reference_R[parents], state.follows_R[parents], state.position_R[parents])

    def join(self, first: _OnPath, second: _OnPath) -> _OnPath:
        """The rows of both."""
        pairs = zip(
            (first.reference_R, first.follows_R, first.position_R),
            (second.reference_R, second.follows_R, second.position_R),
            strict=True,
        )
        return _OnPath(*(np.concatenate(pair) for pair in pairs))

    def _at(self, reference_R: IntArray, position_R: IntArray) -> IntArray:
        tokens_R: IntArray = self._tokens[reference_R, np.clip(position_R, 0, self._tokens.shape[1] - 1)]
        return tokens_R


class ToyMask:
    """The mask of the toy language: anything but BOS, and only `inc` after `neg`.

    Args:
        num_rows: number of programs, none of which has begun.
        num_tokens: size of the vocabulary.
    """

    def __init__(self, num_rows: int, num_tokens: int) -> None:
        self._num_tokens = num_tokens
        self._last_R = np.full(num_rows, _BOS, dtype=np.int64)

    def allowed(self) -> BoolArray:
        """`[R, V]`."""
        allowed_RV = np.ones((len(self._last_R), self._num_tokens), dtype=np.bool_)
        allowed_RV[:, _BOS] = False
        allowed_RV[self._last_R == _NEG] = np.arange(self._num_tokens) == _INC
        allowed_RV[self._last_R == _EOS] = np.arange(self._num_tokens) == _EOS
        return allowed_RV

    def advance(self, tokens: npt.NDArray[np.int64]) -> None:
        """Append one token to each row."""
        if not self.allowed()[np.arange(len(tokens)), tokens].all():
            raise ValueError("a forbidden token was taken")
        self._last_R = np.where(self._last_R == _EOS, _EOS, tokens)

    def reorder(self, parents: npt.NDArray[np.int64]) -> ToyMask:
        """Select rows."""
        mask = ToyMask(0, self._num_tokens)
        mask._last_R = self._last_R[parents]
        return mask

    def join(self, other: ToyMask) -> ToyMask:
        """The rows of both."""
        mask = ToyMask(0, self._num_tokens)
        mask._last_R = np.concatenate([self._last_R, other._last_R])
        return mask


def _allowed_along(tokens_BT: Tokens, num_tokens: int) -> Bools:
    mask = ToyMask(len(tokens_BT), num_tokens)
    allowed = []
    for tokens_B in tokens_BT.T.astype(np.int64):
        allowed.append(mask.allowed())
        mask.advance(tokens_B)
    return np.stack(allowed, axis=1)


def _parse(text: str) -> tuple[str, ...]:
    for word in text.split():
        if word not in _COMMANDS[_INC:]:
            raise ProgramError(f"unknown command {word!r}")
    return tuple(text.split())


def _tokens(program: Iterable[str]) -> Tokens:
    return np.array([*map(_COMMANDS.index, program), _EOS], dtype=np.int32)


def _from_tokens(tokens: Tokens) -> tuple[str, ...]:
    return tuple(_COMMANDS[int(token)] for token in ended(tokens, _EOS)[:-1])


def _run_batch(tokens_PT: Tokens, inputs_PKN: Array, /, *, fuel: int = 0) -> tuple[Array, Statuses]:
    """Run programs; no command uses fuel."""
    shape = (len(tokens_PT), *inputs_PKN.shape[-2:])
    outputs = np.array(np.broadcast_to(inputs_PKN, shape), dtype=np.int32)
    statuses = np.zeros(shape[:2], dtype=np.uint8)
    for program, tokens in enumerate(tokens_PT):
        for token in ended(tokens, _EOS)[:-1]:
            cells = outputs[program]
            change = {_INC: cells + 1, _DEC: cells - 1, _ROT: np.roll(cells, -1, axis=-1), _NEG: -cells}
            outputs[program] = change[int(token)]
            too_large = np.abs(outputs[program]).max(axis=-1) > _LARGEST
            statuses[program, too_large & (statuses[program] == 0)] = Status.OVERFLOW
    return outputs, statuses


def _run_partial(
    tokens_BT: Tokens, inputs_BKN: Array, row_X: npt.NDArray[np.int64], length_X: npt.NDArray[np.int64]
) -> tuple[Array, Bools]:
    cut = [np.append(tokens_BT[row, :length], _EOS) for row, length in zip(row_X, length_X, strict=True)]
    outputs, statuses = _run_batch(padded(cut, _EOS), inputs_BKN[row_X])
    return outputs, statuses == Status.OK


def _beginnings(tokens: Tokens) -> list[Tokens]:
    program = _from_tokens(tokens)
    return [_tokens(program[:end]) for end in range(1, len(program) + 1) if program[end - 1] != "neg"]


def _read(obj: object, where: str) -> tuple[int, ...]:
    assert isinstance(obj, Sequence), where
    return tuple(obj)


def _more(inputs_KN: Array, num: int, seed: int) -> Array:
    """Lists of values up to the largest given |value|, at least 3."""
    largest = max(3, int(np.abs(inputs_KN).max()))
    size = (num, inputs_KN.shape[1])
    return np.random.default_rng(seed).integers(-largest, largest, size, dtype=np.int32, endpoint=True)


def _encode(values: Sequence[Any]) -> Array:
    return np.array(values, dtype=np.int32)


# A syntax tree is the tuple of the names of the commands.
TOY: Final = Language(
    name="toy",
    dialect="four commands",
    grammar=Syntax(
        bos=_BOS,
        eos=_EOS,
        num_tokens=len(_COMMANDS),
        lexeme=_COMMANDS.__getitem__,
        mask=ToyMask,
        allowed_along=_allowed_along,
        kind=lambda tokens: "rotating" if _ROT in tokens else "plain",
    ),
    text=Text(parse=_parse, format=" ".join, to_tokens=_tokens, from_tokens=_from_tokens),
    values=Values(
        read=_read,
        obstacle=lambda example, first: None,
        encode=_encode,
        decode=lambda cells: tuple(cells.tolist()),
        more=_more,
        dtype=np.int64,
        noun="list",
        read_text=lambda text, where: tuple(map(int, text.split())),
        to_text=lambda cells: str(list(cells)),
        to_json=list,
    ),
    machine=Machine(run_batch=_run_batch, run_partial=_run_partial),
    cutting=Cutting(
        beginnings=_beginnings,
        chain=lambda first, second: np.concatenate([ended(first, _EOS)[:-1], second]),
        pieces=lambda: padded([_tokens(text.split()) for text in ("inc", "dec", "rot", "neg inc")], _EOS),
    ),
)


def toy_problem(text: str, *, seed: int = 0, id: str | None = None, num_cells: int = 3) -> Problem:  # noqa: A002
    """The problem of a toy program: three examples shown, three held out, with inputs of -3 to 3."""
    inputs = np.random.default_rng(seed).integers(-3, 4, (6, num_cells)).astype(np.int32)
    (outputs,), _ = _run_batch(TOY.text.tokens_of(text)[None], inputs)
    return Problem(TOY, inputs[:3], outputs[:3], (inputs[3:], outputs[3:]), id)
