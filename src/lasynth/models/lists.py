"""LaSynth for lists of integers: RobustFill's encoders, double attention, the operation predictor.

Shapes: B tasks, K examples, N cells, M memories (a task at a time of its program), C values, E embedding,
H hidden.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Annotated, Any, ClassVar, Literal

import numpy.typing as npt
import torch
from msgspec import Meta
from torch import Tensor

from lasynth.config import Layers, Rate, Size, Width
from lasynth.domains.c.grammar import token_of
from lasynth.domains.c.instructions import MAX_CELLS
from lasynth.errors import InputError
from lasynth.examples import Example, Obstacles
from lasynth.models.branches import Changes, Conditions, RelativeOperations
from lasynth.models.decoder import ExampleReader, HistoryAttention, NoHistory, OutputLayer, TokenDecoder
from lasynth.models.encoder import ListLSTM, OutputRefiner, pooled
from lasynth.models.executor import LatentExecutor, NoExecutor, TableHead, ValueHead
from lasynth.models.lasynth import Fixed, LaSynth, Read, State
from lasynth.models.model import ModelConfig
from lasynth.models.operations import (
    Evidence,
    NoOperationPredictor,
    OperationPredictor,
    OperationTable,
    OwnCell,
    SingleOperands,
    WholeTable,
)
from lasynth.models.schedule import AtEnd, EveryPeriod, Never, Schedule, StatementEnds
from lasynth.models.values import ListBeliefs, ValueEmbedding

__all__ = ["ListConfig", "ListLaSynth", "ListModel"]


@dataclass(frozen=True, slots=True)
class ListConfig(ModelConfig):
    """The common configuration of all models of lists.

    Attributes:
        max_value: values of inputs and outputs are in `[-max_value, max_value]`.
        min_cells, max_cells: length of the shortest and the longest list.
        embedding: size of the embeddings of tokens, and of values or answers, E.
        hidden: size of the encoded examples and of attention, H (even); for property signatures, the size of
            one direction of the encoder.
        decoder: size of the token decoder's state, D.
        decoder_layers: number of layers of the token decoder.
        heads: number of attention heads; 1 is the paper's attention.
        dropout: probability, on the inputs of the output layer.
    """

    domain: ClassVar[str] = "c"

    max_value: Annotated[int, Meta(ge=1, le=127)] = 4
    min_cells: Annotated[int, Meta(ge=1, le=MAX_CELLS)] = 5
    max_cells: Annotated[int, Meta(ge=1, le=MAX_CELLS)] = 5
    embedding: Width = 64
    hidden: Width = 128
    decoder: Width = 256
    decoder_layers: Layers = 1
    heads: Width = 2
    dropout: Rate = 0.0

    def misfit(self) -> tuple[str, str] | None:
        """See `Config`."""
        if self.min_cells > self.max_cells:
            what = f"min_cells = {self.min_cells} is more than max_cells = {self.max_cells}"
            return what, "Give the shortest and the longest list."
        return None

    def check_examples(self, examples: Sequence[Example], name: str, where: str | None = None) -> None:
        """See `ModelConfig`."""
        obstacles = Obstacles(where)
        shortest, longest, largest = self.min_cells, self.max_cells, self.max_value
        for number, example in enumerate(examples, 1):
            for key, cells in (("input", example.input), ("output", example.output)):
                place = f"example {number}, {key}"
                if not shortest <= len(cells) <= longest:
                    known = f"{shortest}" if shortest == longest else f"{shortest} to {longest}"
                    what = f"the list has {len(cells)} cells, the model {name} knows lists of {known}"
                    obstacles.add(what, place, "Give other lists, or train a model for these.")
                for index, cell in enumerate(cells, 1):
                    if abs(cell) > largest:
                        known = f"values from {-largest} to {largest}"
                        what = f"cell {index} is {cell}, the model {name} knows {known}"
                        obstacles.add(what, place, "Give smaller values, or train a model for these.")
        obstacles.check()


class ListModel(LaSynth):
    """A model of lists with limited lengths and values."""

    config: ListConfig

    def check_data(self, inputs_PKN: npt.NDArray[Any], outputs_PKN: npt.NDArray[Any]) -> None:
        """See `Model`."""
        largest = int(max(abs(inputs_PKN).max(), abs(outputs_PKN).max()))
        cells, config = inputs_PKN.shape[2], self.config
        if largest > config.max_value or cells > config.max_cells:
            raise InputError(
                f"lists of {cells} values up to {largest} do not fit a model of lists up to "
                f"{config.max_cells} and values up to {config.max_value}",
                where="training data",
                hint="Raise max_cells or max_value of the model, or give other data.",
            )

    def smallest_example(self) -> Example:
        """See `Model`; the longest list, all 0."""
        cells = (0,) * self.config.max_cells
        return Example(cells, cells)


class ListLaSynth(ListModel):
    """LaSynth for lists; a belief is a distribution over values per cell, `[M, K, N, C]`."""

    @dataclass(frozen=True, slots=True)
    class Config(ListConfig):
        """Sizes and parts.

        Attributes:
            refinements: number of refinements of output states against input states (2 in the release).
            executor: when the latent executor runs: after each top-level statement, every `period`
                tokens (the release), only at the end (the paper's NoPartialExecutor), or never.
            period: number of tokens between two executions, for `executor="period"`.
            executor_head: how the executor predicts a value: `"values"` scores the values themselves
                (the release), `"table"` mixes that with the operations of the operation table.
            operations: the operations in the predictor's table: `"expressions"`, every expression of the
                subset over the whole list; `"branches"`, these and evidence of branches and loops;
                `"cells"`, `O = I + c` and `O = c - I` of the same cell (the paper); `"none"`, no operation
                predictor.
            history: whether decoding attends to the tokens so far (Eq. 3).
            list_layers: number of layers of the LSTMs that read lists, those of the encoders and the
                executor's (2 in the release).
        """

        kind: ClassVar[str] = "lasynth"

        refinements: Annotated[int, Meta(ge=0, le=32)] = 2
        executor: Literal["statements", "period", "end", "never"] = "statements"
        period: Size = 16
        executor_head: Literal["values", "table"] = "table"
        operations: Literal["branches", "expressions", "cells", "none"] = "expressions"
        history: bool = True
        list_layers: Layers = 1

        def misfit(self) -> tuple[str, str] | None:
            """See `lasynth.config.Config`."""
            if self.hidden % (2 * self.heads):
                what = f"hidden = {self.hidden} is not a multiple of 2 x heads = {2 * self.heads}"
                return what, "Give another size, or another number of heads."
            return ListConfig.misfit(self)

        def to_json(self) -> dict[str, Any]:
            """The configuration as JSON values, without `kind`, since this kind is the default."""
            obj = asdict(self)
            if self.list_layers == 1:  # as in runs that were begun before there was such an entry
                del obj["list_layers"]
            return obj

    values: ValueEmbedding
    input_encoder: ListLSTM
    output_encoder: ListLSTM
    refiner: OutputRefiner
    operations: OperationPredictor | NoOperationPredictor
    reader: ExampleReader

    def __init__(self, config: Config) -> None:
        size, hidden, decoder, heads = config.embedding, config.hidden, config.decoder, config.heads
        table = OperationTable(config.max_value, config.max_cells)
        operations: OperationPredictor | NoOperationPredictor = NoOperationPredictor()
        if config.operations != "none":
            whole = config.operations != "cells"
            each = SingleOperands(table) if whole else OwnCell(table)
            across = WholeTable(table) if whole else OwnCell(table)
            evidence: list[Evidence] = []
            if config.operations == "branches":
                evidence = [RelativeOperations(table), Changes(table), Conditions(table)]
            operations = OperationPredictor(size, table, each, across, hidden, evidence)
        executor: LatentExecutor | NoExecutor = NoExecutor()
        if config.executor != "never":
            values_head = config.executor_head == "values"
            head = ValueHead(hidden, size) if values_head else TableHead(hidden, size, table)
            executor = LatentExecutor(size, hidden, decoder, head, config.list_layers)
        history: HistoryAttention | NoHistory = NoHistory(2 * hidden)
        if config.history:
            history = HistoryAttention(decoder, 2 * hidden, 2 * hidden, heads)
        parts = {
            "values": ValueEmbedding(config.max_value, config.max_cells, size),
            "input_encoder": ListLSTM(size, hidden, config.list_layers),
            "output_encoder": ListLSTM(size, hidden, config.list_layers),
            "refiner": OutputRefiner(hidden, heads, config.refinements),
            "operations": operations,
            "decoder": TokenDecoder(config.num_tokens, size, 8 * hidden, decoder, config.decoder_layers),
            "executor": executor,
            "reader": ExampleReader(decoder, hidden, heads, 2 + operations.num_memories),
            "history": history,
            "output": OutputLayer(history.size, decoder, 2 * hidden, config.num_tokens, config.dropout),
        }
        super().__init__(config, parts, _schedule(config))
        self.beliefs = ListBeliefs(config.max_value)

    def first_belief(self, inputs_BKN: Tensor, outputs_BKN: Tensor) -> Tensor:
        """See `LaSynth`."""
        return self.values.certain(inputs_BKN)

    def _read(self, belief_MKNC: Tensor) -> tuple[Read, State]:
        """Embedded lists, their states, and the last states."""
        states, last = self.input_encoder.of_beliefs(belief_MKNC, self.values)
        return (self.values(belief_MKNC), states), last

    def _encode(
        self, read: Read, last: State | None, inputs_BKN: Tensor, outputs_BKN: Tensor
    ) -> tuple[Fixed, Tensor]:
        """Unrefined output states, and the examples pooled for the decoder's start."""
        assert last is not None
        certain = self.values.certain(outputs_BKN)
        encoded, output_last = self.output_encoder.of_beliefs(certain, self.values, last)
        num_examples = outputs_BKN.shape[1]
        both = [pooled(last, num_examples), pooled(output_last, num_examples)]
        return (encoded,), torch.cat(both, dim=-1)

    def _remember(self, read: Read, fixed: Fixed, outputs_BKN: Tensor, row_M: Tensor) -> Tensor:
        """Keys and values of the examples under given input lists, `[M, K, N, memories 2H]`."""
        embedded, input_states = read
        (encoded,) = fixed
        output_states = self.refiner(input_states, encoded[row_M])
        operations = self.operations(embedded, outputs_BKN[row_M], self.values)
        return self.reader.remember((input_states, output_states, *operations))

    def _input_loss(self, read: Read, inputs_BKN: Tensor) -> Tensor:
        """L_Op."""
        return self.operations.loss(read[0], inputs_BKN, self.values)


def _schedule(config: ListLaSynth.Config) -> Schedule:
    if config.executor == "never":
        return Never()
    if config.executor == "end":
        return AtEnd()
    if config.executor == "period":
        return EveryPeriod(config.period)
    return StatementEnds(
        token_of, config.num_tokens, opening="([{", closing=")]}", level=0, ends=";}", half="int"
    )
