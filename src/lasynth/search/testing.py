"""Scorers and a language small enough to check a search by hand. For tests, of this package and of others.

`ToyDomain` is a language of four commands on a list: `inc`, `dec`, `rot` (rotate left) and `neg`, which must
be followed by `inc`. `TableScorer` reads log-probabilities from a table, `ReferenceScorer` prefers a
given program to all others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lasynth.domains.base import Status
from lasynth.errors import ProgramError
from lasynth.search.scorer import BoolArray, FloatArray, IntArray
from lasynth.task import Example, Task

__all__ = ["ReferenceScorer", "TableScorer", "ToyDomain", "ToyMask"]

_COMMANDS = ("<eos>", "<bos>", "inc", "dec", "rot", "neg")
_EOS, _BOS, _INC, _DEC, _ROT, _NEG = range(6)
_LARGEST = 9  # a bigger value is an overflow


class TableScorer:
    """A scorer whose log-probabilities depend on the task, the position and the last token only.

    Args:
        tables: for each task id `[L, V, V]` logits: of position x last token x next token; the last
            position goes on for ever.
        bos: the token fed first.
        eos: the token that ends a program.
    """

    def __init__(self, tables: Mapping[str | None, FloatArray], *, bos: int = _BOS, eos: int = _EOS) -> None:
        self._ids = list(tables)
        logits = np.stack([np.asarray(table, dtype=np.float64) for table in tables.values()])
        peak = logits.max(axis=-1, keepdims=True)
        self._log_probs = logits - peak - np.log(np.exp(logits - peak).sum(axis=-1, keepdims=True))
        self.num_tokens = logits.shape[-1]
        self.bos = bos
        self.eos = eos
        self.num_rows_stepped = 0

    def start(self, tasks: Sequence[Task]) -> tuple[IntArray, int]:
        """State: the table of each row, and the position."""
        _check_rectangular(tasks)
        return np.array([self._ids.index(task.id) for task in tasks], dtype=np.int64), 0

    def step(
        self, state: tuple[IntArray, int], tokens: npt.NDArray[np.int64]
    ) -> tuple[FloatArray, tuple[IntArray, int]]:
        """Look the log-probabilities up."""
        table_R, position = state
        assert len(table_R) == len(tokens)
        self.num_rows_stepped += len(tokens)
        row = min(position, self._log_probs.shape[1] - 1)
        log_probs_RV = self._log_probs[table_R, row, tokens].astype(np.float32)
        return log_probs_RV, (table_R, position + 1)

    def reorder(self, state: tuple[IntArray, int], parents: npt.NDArray[np.int64]) -> tuple[IntArray, int]:
        """Select rows."""
        return state[0][parents], state[1]


@dataclass(frozen=True, slots=True)
class _OnPath:
    """State of `ReferenceScorer`: row of the reference, tokens read, whether they were the reference's."""

    reference_R: IntArray
    follows_R: BoolArray
    position: int


class ReferenceScorer:
    """A scorer that prefers one given program a task, and is even-handed off its path.

    Args:
        references: for each task id the tokens of a program, ended by EOS.
        num_tokens: size of the vocabulary.
        bos: the token fed first.
        eos: the token that ends a program.
        confidence: probability of the reference's next token while a row follows the reference.
    """

    def __init__(
        self,
        references: Mapping[str | None, Sequence[int] | IntArray],
        num_tokens: int,
        *,
        bos: int = _BOS,
        eos: int = _EOS,
        confidence: float = 0.9,
    ) -> None:
        self._ids = list(references)
        longest = max(len(tokens) for tokens in references.values())
        self._tokens = np.full((len(references), longest), eos, dtype=np.int64)
        for row, tokens in enumerate(references.values()):
            self._tokens[row, : len(tokens)] = tokens
        self.num_tokens = num_tokens
        self.bos = bos
        self.eos = eos
        self._confidence = confidence

    def start(self, tasks: Sequence[Task]) -> _OnPath:
        """State: every row at the beginning of its reference."""
        _check_rectangular(tasks)
        reference_R = np.array([self._ids.index(task.id) for task in tasks], dtype=np.int64)
        return _OnPath(reference_R, np.ones(len(tasks), dtype=np.bool_), 0)

    def step(self, state: _OnPath, tokens: npt.NDArray[np.int64]) -> tuple[FloatArray, _OnPath]:
        """Favour the next token of the reference where all tokens so far were its own."""
        follows_R = state.follows_R
        if state.position > 0:
            follows_R = follows_R & (tokens == self._at(state.reference_R, state.position - 1))
        num_rows = len(tokens)
        log_probs_RV = np.full((num_rows, self.num_tokens), -np.log(self.num_tokens), dtype=np.float32)
        rest = (1 - self._confidence) / (self.num_tokens - 1)
        log_probs_RV[follows_R] = np.log(rest)
        rows = np.flatnonzero(follows_R)
        log_probs_RV[rows, self._at(state.reference_R, state.position)[rows]] = np.log(self._confidence)
        return log_probs_RV, _OnPath(state.reference_R, follows_R, state.position + 1)

    def reorder(self, state: _OnPath, parents: npt.NDArray[np.int64]) -> _OnPath:
        """Select rows."""
        return _OnPath(state.reference_R[parents], state.follows_R[parents], state.position)

    def _at(self, reference_R: IntArray, position: int) -> IntArray:
        tokens_R: IntArray = self._tokens[reference_R, min(position, self._tokens.shape[1] - 1)]
        return tokens_R


def _check_rectangular(tasks: Sequence[Task]) -> None:
    """Fail where tasks are not of one shape, as a model would; worlds all are of one."""
    shapes = {
        (
            len(task.examples),
            *(len(example.input) for example in task.examples if hasattr(example.input, "__len__")),
        )
        for task in tasks
    }
    assert len(shapes) <= 1, f"tasks of different shapes in one batch: {shapes}"


class ToyMask:
    """The mask of the toy language: anything but BOS, and `inc` behind `neg`.

    Args:
        num_rows: programs that have not begun.
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
        """Append one token a row."""
        assert self.allowed()[np.arange(len(tokens)), tokens].all(), "a forbidden token was taken"
        self._last_R = np.where(self._last_R == _EOS, _EOS, tokens)

    def reorder(self, parents: npt.NDArray[np.int64]) -> ToyMask:
        """Select rows."""
        mask = ToyMask(0, self._num_tokens)
        mask._last_R = self._last_R[parents]
        return mask


class ToyDomain:
    """The toy language as a domain. A program is the tuple of its commands' names."""

    name = "toy"
    eos = _EOS
    bos = _BOS
    num_tokens = len(_COMMANDS)

    def mask(self, num_rows: int, num_tokens: int) -> ToyMask:
        """The mask of programs that have not begun."""
        return ToyMask(num_rows, num_tokens)

    def encode(self, task: Task) -> tuple[IntArray, IntArray]:
        """Shown examples as `(inputs_KN, outputs_KN)`."""
        inputs = np.array([example.input for example in task.examples], dtype=np.int32)
        return inputs, np.array([example.output for example in task.examples], dtype=np.int32)

    def decode(self, value: IntArray) -> tuple[int, ...]:
        """See `Domain`."""
        return tuple(value.tolist())

    def probe_inputs(self, inputs_KN: IntArray, *, num: int, seed: int) -> IntArray:
        """Lists of values up to the largest seen, at least 3."""
        largest = max(3, int(np.abs(inputs_KN).max()))
        size = (num, inputs_KN.shape[1])
        return np.random.default_rng(seed).integers(-largest, largest, size, dtype=np.int32, endpoint=True)

    def run_batch(
        self, tokens_PT: IntArray, inputs_PKN: IntArray, *, fuel: int = 0
    ) -> tuple[IntArray, IntArray]:
        """Run each program on its own inputs, or on inputs `[K, N]` of all; nothing takes fuel."""
        if inputs_PKN.ndim == 2:
            inputs_PKN = np.broadcast_to(inputs_PKN, (len(tokens_PT), *inputs_PKN.shape))
        outputs = np.array(inputs_PKN, dtype=np.int32)
        statuses = np.zeros(outputs.shape[:2], dtype=np.uint8)
        for program, tokens in enumerate(tokens_PT):
            for token in tokens:
                if token == _EOS:
                    break
                cells = outputs[program]
                change = {_INC: cells + 1, _DEC: cells - 1, _ROT: np.roll(cells, -1, axis=-1), _NEG: -cells}
                outputs[program] = change[int(token)]
                too_large = np.abs(outputs[program]).max(axis=-1) > _LARGEST
                statuses[program, too_large & (statuses[program] == 0)] = Status.OVERFLOW
        return outputs, statuses

    def parse(self, text: str) -> tuple[str, ...]:
        """The commands of a text.

        Raises:
            ProgramError: an unknown command.
        """
        for word in text.split():
            if word not in _COMMANDS[_INC:]:
                raise ProgramError(f"unknown command {word!r}")
        return tuple(text.split())

    def format(self, program: tuple[str, ...]) -> str:
        """The text of a program."""
        return " ".join(program)

    def to_tokens(self, program: tuple[str, ...]) -> npt.NDArray[np.int32]:
        """`[T]`, ended by EOS."""
        return np.array([*(_COMMANDS.index(word) for word in program), _EOS], dtype=np.int32)

    def from_tokens(self, tokens: IntArray) -> tuple[str, ...]:
        """The program of some tokens, up to the first EOS."""
        ends = np.flatnonzero(np.asarray(tokens) == _EOS)
        return tuple(_COMMANDS[int(token)] for token in tokens[: ends[0] if len(ends) else None])

    def simplify(self, tokens_PT: IntArray, inputs_KN: IntArray) -> IntArray:
        """Programs as they are."""
        return tokens_PT

    def kind(self, tokens: IntArray) -> str:
        """`"rotating"` or `"plain"`."""
        return "rotating" if _ROT in tokens else "plain"

    def task(self, text: str, *, seed: int = 0, id: str | None = None, num_cells: int = 3) -> Task:  # noqa: A002
        """The task of a program: three examples shown, three held out, with inputs of -3 to 3."""
        inputs = np.random.default_rng(seed).integers(-3, 4, (6, num_cells)).astype(np.int32)
        outputs, _ = self.run_batch(self.to_tokens(self.parse(text))[None], inputs)
        examples = tuple(
            Example(tuple(given), tuple(wanted))
            for given, wanted in zip(inputs.tolist(), outputs[0].tolist(), strict=True)
        )
        return Task(self.name, examples[:3], examples[3:], id, text)
