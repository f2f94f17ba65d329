"""LaSynth: combines the parts in one teacher-forced path and one incremental path.

The decoder's state depends only on the tokens and its initial state, so training runs it over whole programs
at once. Only latent execution is sequential: one step for each time the schedule fires. Beliefs at different
times of one program are encoded together, as rows of one batch, and each position reads the memory of its own
time.

The reader of examples and the form of a belief depend on the language: `lists.ListLaSynth`,
`karel.lasynth.KarelLaSynth`.

Shapes: B tasks, K examples, N numbers of an input or output, T tokens, P packed positions, M memories (a
task at a time of its program), X executions, V vocabulary, D decoder state; axes of a belief or a memory
that depend on the language come after MK.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import torch
from torch import Tensor, nn
from torch.nn import functional

from lasynth.models.attention import Slots
from lasynth.models.decoder import HistoryAttention, NoHistory, OutputLayer, TokenDecoder
from lasynth.models.model import Beliefs, Forward, Model, ModelConfig
from lasynth.models.schedule import Schedule

__all__ = [
    *("Correction", "Executions", "Executor", "Fixed", "Forward", "LaSynth", "Read", "Reader", "SearchState"),
    *("State", "Values", "joined"),
]


# From rows that execute, their beliefs before and a function that executes some of them (by their places
# among these rows): the distinct beliefs, the place of the first row with each, and the belief of each row.
Correction = Callable[[Tensor, Tensor, Callable[[Tensor], Tensor]], tuple[Tensor, Tensor, Tensor]]
Read = tuple[Tensor, ...]
# What is known of a task before any token and does not change: parts `[B, K, ...]`.
Fixed = tuple[Tensor, ...]
State = tuple[Tensor, Tensor]


class Values(Protocol):
    """How beliefs about inputs are represented and embedded."""

    def expresses(self, true_MK: Tensor) -> Tensor:
        """`[M, K]` whether a belief can be certain of these true values."""

    def corrected(self, belief_MK: Tensor, true_MK: Tensor, known_MK: Tensor) -> Tensor:
        """The belief, with true values in its place where they are known and possible: `[M, K, ...]`."""

    def joined(self, first_MK: Tensor, second_MK: Tensor) -> Tensor:
        """Two lots of beliefs as one, `[M + M', K, ...]`."""


class Executor(Protocol):
    """One step of latent execution."""

    def told(self, state_MD: Tensor) -> Tensor:
        """What it takes from the decoder's state, computed once for many steps: `[M, ...]`."""

    def __call__(self, belief_MK: Tensor, told_MD: Tensor, values: Any) -> Tensor:
        """The belief after the tokens that the decoder's state has seen."""


class Reader(Protocol):
    """Reads examples."""

    def __call__(self, memory_MK: Tensor, state_PD: Tensor, slots: Slots) -> Tensor:
        """The pooled reading m_t of each packed position, `[P, ...]`."""


@dataclass(frozen=True, slots=True)
class SearchState:
    """Rows of a search: the state of the incremental path between tokens.

    Rows that have not executed since they split share one belief and one memory, and all rows of a task share
    its output. So these are stored once, and each row has an index.

    Attributes:
        values: joins beliefs.
        lstm: state of the token decoder, `[layers, R, D]` twice.
        history_R1T: keys and values of the tokens so far, the last one last.
        read_R: the number of tokens so far of each row; the places before them hold nothing.
        even: whether these numbers are all equal.
        clock_RS: state of the schedule.
        memory_R, task_R: the memory and the task of each row.
        belief_MK: the beliefs.
        memory_MK: keys and values of the examples under each belief.
        output_BKN: outputs.
        fixed_BK: what does not change, such as the encodings of the outputs.
    """

    values: Values
    lstm: tuple[Tensor, Tensor]
    history_R1T: Tensor
    read_R: Tensor
    even: bool
    clock_RS: Tensor
    memory_R: Tensor
    task_R: Tensor
    belief_MK: Tensor
    memory_MK: Tensor
    output_BKN: Tensor
    fixed_BK: Fixed

    def select(self, parents_R: Tensor) -> SearchState:
        """The rows `parents_R`, which may be repeated."""
        return replace(
            self,
            lstm=(self.lstm[0].index_select(1, parents_R), self.lstm[1].index_select(1, parents_R)),
            history_R1T=self.history_R1T.index_select(0, parents_R),
            read_R=self.read_R.index_select(0, parents_R),
            clock_RS=self.clock_RS.index_select(0, parents_R),
            memory_R=self.memory_R.index_select(0, parents_R),
            task_R=self.task_R.index_select(0, parents_R),
        )

    def join(self, other: SearchState) -> SearchState:
        """These rows, then those of another state."""
        first, second = self._compact(), other._compact()
        read_R = torch.cat([first.read_R, second.read_R])
        longest, shortest = int(read_R.max()), int(read_R.min())
        # Places are added or, where the longest rows have left, taken away in front.
        histories = [
            functional.pad(past, (0, 0, longest - past.shape[2], 0))
            for past in (first.history_R1T, second.history_R1T)
        ]
        return replace(
            first,
            lstm=(
                torch.cat([first.lstm[0], second.lstm[0]], dim=1),
                torch.cat([first.lstm[1], second.lstm[1]], dim=1),
            ),
            history_R1T=torch.cat(histories),
            read_R=read_R,
            even=longest == shortest,
            clock_RS=torch.cat([first.clock_RS, second.clock_RS]),
            memory_R=torch.cat([first.memory_R, second.memory_R + len(first.belief_MK)]),
            task_R=torch.cat([first.task_R, second.task_R + len(first.output_BKN)]),
            belief_MK=self.values.joined(first.belief_MK, second.belief_MK),
            memory_MK=joined(first.memory_MK, second.memory_MK),
            output_BKN=torch.cat([first.output_BKN, second.output_BKN]),
            fixed_BK=tuple(map(joined, first.fixed_BK, second.fixed_BK)),
        )

    def _compact(self) -> SearchState:
        """The same rows, without the memories and tasks that no row uses any more."""
        memories, memory_R = torch.unique(self.memory_R, return_inverse=True)
        tasks, task_R = torch.unique(self.task_R, return_inverse=True)
        return replace(
            self,
            memory_R=memory_R,
            task_R=task_R,
            belief_MK=self.belief_MK.index_select(0, memories),
            memory_MK=self.memory_MK.index_select(0, memories),
            output_BKN=self.output_BKN.index_select(0, tasks),
            fixed_BK=tuple(part.index_select(0, tasks) for part in self.fixed_BK),
        )


def joined(first_MK: Tensor, second_MK: Tensor) -> Tensor:
    """Two lots of rows as one; rows of lists that are shorter than others are padded by 0."""
    if first_MK.shape[1:] != second_MK.shape[1:]:
        sizes = [max(pair) for pair in zip(first_MK.shape[1:], second_MK.shape[1:], strict=True)]
        first_MK, second_MK = _padded(first_MK, sizes), _padded(second_MK, sizes)
    return torch.cat([first_MK, second_MK])


def _padded(part_MK: Tensor, sizes: Sequence[int]) -> Tensor:
    missing = [size - had for size, had in zip(sizes, part_MK.shape[1:], strict=True)]
    return functional.pad(part_MK, [number for size in reversed(missing) for number in (0, size)])


@dataclass(frozen=True, slots=True)
class Executions:
    """When the executor runs in whole programs.

    Attributes:
        seen_BT: the positions that are the first to see the result of an execution.
        final_BT: the position of each row's own end.
        runs_BT: the executions: those that are seen, and those at the ends if the schedule has them.
    """

    seen_BT: Tensor
    final_BT: Tensor
    runs_BT: Tensor


class LaSynth(Model):
    """A synthesizer of programs from examples (section 3), composed of parts.

    A language adds the parts that read its examples, and implements `first_belief`, `_read`, `_encode`,
    `_remember` and, if its inputs have a loss, `_input_loss`.

    Args:
        config: the configuration.
        parts: exchangeable parts by name, in the order of their parameters; an ablation swaps one of them.
            All models have those named below.
        schedule: when the executor runs.
        num_closing: number of tokens between the last statement and the end token of every program; the
            execution at a row's own end is before them.
    """

    values: Values
    decoder: TokenDecoder
    executor: Executor
    reader: Reader
    history: HistoryAttention | NoHistory
    output: OutputLayer
    beliefs: Beliefs

    def __init__(
        self, config: ModelConfig, parts: Mapping[str, nn.Module], schedule: Schedule, num_closing: int = 0
    ) -> None:
        super().__init__(config)
        for name, part in parts.items():
            self.add_module(name, part)
        self.schedule = schedule
        self.num_closing = num_closing
        self.executes = schedule.at_end
        self.can_be_grounded = schedule.at_statements

    def forward(
        self,
        tokens_BT: Tensor,
        lengths_B: Tensor,
        inputs_BKN: Tensor,
        outputs_BKN: Tensor,
        wanted_BT: Tensor | None = None,
    ) -> Forward:
        """The teacher-forced path.

        Args:
            tokens_BT: programs, each with its end token; padding after it is not read.
            lengths_B: number of tokens of each, the end token included.
            inputs_BKN, outputs_BKN: the shown examples.
            wanted_BT: positions to compute logits for; by default all positions of all programs.
        """
        batch, num_tokens = tokens_BT.shape
        positions = torch.arange(num_tokens, device=tokens_BT.device)
        inside = positions[None] < lengths_B[:, None]
        belief = self.first_belief(inputs_BKN, outputs_BKN)
        read, last = self._read(belief)
        fixed, pooled_BS = self._encode(read, last, inputs_BKN, outputs_BKN)
        start = tokens_BT.new_full((batch, 1), self.bos)
        before_BT = torch.cat([start, tokens_BT[:, :-1]], dim=1)
        states_BTD = self.decoder.along(before_BT, self.decoder.initial(pooled_BS))

        times = self.executions(tokens_BT, lengths_B)
        seen, final = times.seen_BT, times.final_BT
        row_X, position_X = times.runs_BT.nonzero(as_tuple=True)
        beliefs = self._execute(belief, fixed, states_BTD, row_X, position_X)

        # Memories: the true input of each row, then the beliefs that decoding sees.
        shown = seen[row_X, position_X]
        memory_row = torch.cat([torch.arange(batch, device=row_X.device), row_X[shown]])
        under = read
        if len(row_X):
            under = tuple(map(torch.cat, zip(read, self._read(beliefs[shown])[0], strict=True)))
        memory = self._remember(under, fixed, outputs_BKN, memory_row)

        wanted = inside if wanted_BT is None else inside & wanted_BT
        row_P, position_P = wanted.nonzero(as_tuple=True)
        count = seen.cumsum(1)
        first = batch + (count[:, -1].cumsum(0) - count[:, -1]) - 1
        count_P = count[row_P, position_P]
        memory_P = torch.where(count_P == 0, row_P, first[row_P] + count_P)
        state_PD = states_BTD[row_P, position_P]
        reading = self.reader(memory, state_PD, Slots.of_rows(memory_P, len(memory_row)))
        history = self.history(
            self.history.remember(states_BTD),
            reading,
            position_P,
            Slots.of_rows(row_P, batch),
        )
        return Forward(
            self.output(history, state_PD),
            row_P,
            position_P,
            beliefs,
            row_X,
            position_X,
            final[row_X, position_X],
            self._input_loss(read, inputs_BKN),
        )

    def executions(self, tokens_BT: Tensor, lengths_B: Tensor) -> Executions:
        """When the executor runs in the teacher-forced path; a function of the tokens alone."""
        positions = torch.arange(tokens_BT.shape[1], device=tokens_BT.device)
        # The executor runs after token t: its result is first seen at position t + 1.
        seen = torch.zeros_like(tokens_BT, dtype=torch.bool)
        seen[:, 1:] = self.schedule.along(tokens_BT)[:, :-1]
        seen &= positions[None] < lengths_B[:, None]
        final = positions[None] == lengths_B[:, None] - 1 - self.num_closing
        return Executions(seen, final, seen | final if self.schedule.at_end else seen)

    def first_belief(self, inputs_BKN: Tensor, outputs_BKN: Tensor) -> Tensor:
        """The belief before any token: certain of the inputs; `[B, K, ...]`."""
        raise NotImplementedError

    def _read(self, belief_MK: Tensor) -> tuple[Read, State | None]:
        """Beliefs as they are read: parts `[M, K, ...]`, and what the outputs are read after."""
        raise NotImplementedError

    def _encode(
        self, read: Read, last: State | None, inputs_BKN: Tensor, outputs_BKN: Tensor
    ) -> tuple[Fixed, Tensor]:
        """What does not change, as the encoding of the outputs, and the decoder's start `[B, S]`."""
        raise NotImplementedError

    def _remember(self, read: Read, fixed: Fixed, outputs_BKN: Tensor, row_M: Tensor) -> Tensor:
        """The memory that the reader reads under given inputs, each of the task `row_M`; `[M, K, ...]`."""
        raise NotImplementedError

    def _executed(self, belief_MK: Tensor, told_MD: Tensor, fixed: Fixed, row_M: Tensor) -> Tensor:
        """The beliefs after one step of latent execution, each of the task `row_M`."""
        return self.executor(belief_MK, told_MD, self.values)

    def _input_loss(self, read: Read, inputs_BKN: Tensor) -> Tensor:
        """A loss on the inputs alone (L_Op); a scalar."""
        return read[0].new_zeros((), dtype=torch.float32)

    def _execute(
        self, belief_BK: Tensor, fixed: Fixed, states_BTD: Tensor, row_X: Tensor, position_X: Tensor
    ) -> Tensor:
        """Run each row's executions in turn; returns the beliefs in the order of `row_X`."""
        if not len(row_X):
            return belief_BK[:0]
        counts = torch.bincount(row_X, minlength=len(belief_BK))
        first = counts.cumsum(0) - counts
        turn_X = torch.arange(len(row_X), device=row_X.device) - first[row_X]
        order = torch.argsort(turn_X, stable=True)
        results: list[Tensor] = []
        belief, before = belief_BK, torch.arange(len(belief_BK), device=row_X.device)
        told = self.executor.told(states_BTD[row_X[order], position_X[order]])
        per_turn = torch.bincount(turn_X).tolist()
        for now, told_MD in zip(order.split(per_turn), told.split(per_turn), strict=True):
            rows = row_X[now]
            # A row that runs now has run at every earlier turn; rows are in order.
            given = belief.index_select(0, torch.searchsorted(before, rows))
            belief, before = self._executed(given, told_MD, fixed, rows), rows
            results.append(belief)
        return torch.cat(results)[torch.argsort(order)]

    def start(self, inputs_BKN: Tensor, outputs_BKN: Tensor) -> SearchState:
        """The incremental path before any token: one row per task."""
        belief = self.first_belief(inputs_BKN, outputs_BKN)
        read, last = self._read(belief)
        fixed, pooled_BS = self._encode(read, last, inputs_BKN, outputs_BKN)
        lstm = self.decoder.initial(pooled_BS)
        empty = self.history.remember(lstm[0][-1][:, None])[:, :, :0]
        clock = torch.zeros(
            len(inputs_BKN), self.schedule.state_size, dtype=torch.long, device=inputs_BKN.device
        )
        rows = torch.arange(len(inputs_BKN), device=inputs_BKN.device)
        memory = self._remember(read, fixed, outputs_BKN, rows)
        return SearchState(
            self.values,
            lstm,
            empty,
            torch.zeros_like(rows),
            True,
            clock,
            rows,
            rows,
            belief,
            memory,
            outputs_BKN,
            fixed,
        )

    def step(
        self, state: SearchState, tokens_R: Tensor, correct: Correction | None = None
    ) -> tuple[Tensor, SearchState]:
        """The incremental path: feed one token per row (`bos` at its start), get the next logits.

        Args:
            state: the state of R rows.
            tokens_R: the tokens.
            correct: gives the new beliefs of the rows that execute now in place of the executor.

        Returns:
            `[R, V]` logits, and the state after the tokens.
        """
        output_RD, lstm = self.decoder(tokens_R[:, None], state.lstm)
        state_RD = output_RD[:, 0]
        begun = tokens_R != self.bos
        clock, runs = self.schedule.step(state.clock_RS, tokens_R)
        clock = torch.where(begun[:, None], clock, state.clock_RS)
        state = replace(state, lstm=lstm, clock_RS=clock)
        runs &= begun
        if runs.any():
            state = self._renew(state, runs, state_RD, correct)
        slots = Slots.one_each(len(tokens_R), tokens_R.device)
        reading = self.reader(state.memory_MK.index_select(0, state.memory_R), state_RD, slots)
        past = torch.cat([state.history_R1T, self.history.remember(output_RD)], dim=2)
        read_R = state.read_R + 1
        history = self.history.step(past, reading, None if state.even else past.shape[2] - read_R)
        return self.output(history, state_RD), replace(state, history_R1T=past, read_R=read_R)

    def _renew(
        self, state: SearchState, runs_R: Tensor, state_RD: Tensor, correct: Correction | None
    ) -> SearchState:
        """Execute some rows: give them new beliefs and memories, and drop those that no row uses any more."""
        rows, others = runs_R.nonzero()[:, 0], (~runs_R).nonzero()[:, 0]
        before = state.belief_MK.index_select(0, state.memory_R[rows])
        of_row, task_X = torch.arange(len(rows), device=rows.device), state.task_R[rows]
        if correct is None:
            told = self.executor.told(state_RD[rows])
            belief, firsts = self._executed(before, told, state.fixed_BK, task_X), of_row
        else:

            def execute(some_X: Tensor) -> Tensor:
                told = self.executor.told(state_RD[rows[some_X]])
                return self._executed(before[some_X], told, state.fixed_BK, task_X[some_X])

            belief, firsts, of_row = correct(rows, before, execute)
        read, _ = self._read(belief)
        memory = self._remember(read, state.fixed_BK, state.output_BKN, task_X[firsts])
        kept, place = torch.unique(state.memory_R[others], return_inverse=True)
        memory_R = torch.empty_like(state.memory_R)
        memory_R[others] = place
        memory_R[rows] = len(kept) + of_row
        return replace(
            state,
            memory_R=memory_R,
            belief_MK=torch.cat([state.belief_MK.index_select(0, kept), belief]),
            memory_MK=torch.cat([state.memory_MK.index_select(0, kept), memory]),
        )
