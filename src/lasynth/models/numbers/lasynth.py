"""LaSynth for the dialect `lists` of C: any numbers, lists of different lengths, two lists and four numbers.

A belief is what the program gives back so far (`features`); it begins as the first list. The decoder reads
the belief's cells beside the inputs and the outputs, so that what a statement has lost can still be read.

Shapes: B tasks, K examples, N cells, M memories (a task at a time of its program), A entries, H hidden,
L numbers of an input or output, W numbers of a believed cell.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy.typing as npt
import torch
from torch import Tensor

from lasynth.config import Layers, Rate, Width
from lasynth.domains.c.lists.grammar import token_of
from lasynth.domains.c.lists.inputs import lists_of
from lasynth.domains.c.lists.layout import MAX_CELLS, NUM_LISTS_AT
from lasynth.errors import InputError
from lasynth.examples import Example, Obstacles
from lasynth.models.decoder import HistoryAttention, NoHistory, OutputLayer, TokenDecoder
from lasynth.models.executor import NoExecutor
from lasynth.models.lasynth import Fixed, LaSynth, Read, State
from lasynth.models.model import ModelConfig
from lasynth.models.numbers.beliefs import NumberBeliefs
from lasynth.models.numbers.candidates import candidates
from lasynth.models.numbers.cells import pooled
from lasynth.models.numbers.encoder import EntryEncoder, EvidenceReader, NoEvidence
from lasynth.models.numbers.executor import ListExecutor, Table
from lasynth.models.numbers.features import GROUPS, ROOM, NumberEmbedding
from lasynth.models.numbers.reader import EntryReader
from lasynth.models.numbers.tasks import NUM_LISTS, Arrays
from lasynth.models.schedule import AtEnd, Never, Schedule, StatementEnds

__all__ = ["NumbersLaSynth"]


class NumbersLaSynth(LaSynth):
    """LaSynth for `lists`; a belief is `[M, K, N, W]`."""

    @dataclass(frozen=True, slots=True)
    class Config(ModelConfig):
        """Sizes and parts.

        Attributes:
            embedding: size of the embeddings of tokens and of numbers, E.
            hidden: size of the entries of examples and of attention, H (even).
            decoder: size of the token decoder's state, D.
            decoder_layers: number of layers of the token decoder.
            heads: number of attention heads.
            executor: when the latent executor runs: after each top-level statement, only at the end (the
                paper's NoPartialExecutor), or never (NoExecutor).
            operations: `"table"`, evidence of which operations explain the outputs; `"none"`, no operation
                predictor (NoOpPredictor).
            history: whether decoding attends to the tokens so far (Eq. 3).
            dropout: probability, on the inputs of the output layer.
        """

        domain: ClassVar[str] = "c-lists"
        kind: ClassVar[str] = "numbers"

        embedding: Width = 64
        hidden: Width = 128
        decoder: Width = 256
        decoder_layers: Layers = 1
        heads: Width = 2
        executor: Literal["statements", "end", "never"] = "statements"
        operations: Literal["table", "none"] = "table"
        history: bool = False
        dropout: Rate = 0.0

        def misfit(self) -> tuple[str, str] | None:
            """See `lasynth.config.Config`."""
            if self.hidden % (2 * self.heads):
                what = f"hidden = {self.hidden} is not a multiple of 2 x heads = {2 * self.heads}"
                return what, "Give another size, or another number of heads."
            return None

        def check_examples(self, examples: Sequence[Example], name: str, where: str | None = None) -> None:
            """See `ModelConfig`."""
            obstacles = Obstacles(where)
            for number, example in enumerate(examples, 1):
                count = len(lists_of(example.input))
                if count > NUM_LISTS:
                    what = f"there are {count} lists, the model {name} knows up to {NUM_LISTS}"
                    obstacles.add(what, f"example {number}, input", "Give fewer, or search without a model.")
            obstacles.check()

    config: Config
    values: NumberEmbedding
    encoder: EntryEncoder
    operations: EvidenceReader | NoEvidence
    reader: EntryReader

    def __init__(self, config: Config) -> None:
        size, hidden, decoder, heads = config.embedding, config.hidden, config.decoder, config.heads
        operations: EvidenceReader | NoEvidence = NoEvidence(hidden)
        if config.operations == "table":
            operations = EvidenceReader(size, hidden)
        executor: ListExecutor | NoExecutor = NoExecutor()
        if config.executor != "never":
            executor = ListExecutor(size, hidden, decoder, MAX_CELLS)
        history: HistoryAttention | NoHistory = NoHistory(2 * hidden)
        if config.history:
            history = HistoryAttention(decoder, 2 * hidden, 2 * hidden, heads)
        parts = {
            "values": NumberEmbedding(MAX_CELLS, size),
            "encoder": EntryEncoder(size, hidden),
            "operations": operations,
            "decoder": TokenDecoder(config.num_tokens, size, 12 * hidden, decoder, config.decoder_layers),
            "executor": executor,
            "reader": EntryReader(decoder, hidden, heads),
            "history": history,
            "output": OutputLayer(history.size, decoder, 2 * hidden, config.num_tokens, config.dropout),
        }
        super().__init__(config, parts, _schedule(config))
        self.beliefs = NumberBeliefs()

    def check_data(self, inputs_PKN: npt.NDArray[Any], outputs_PKN: npt.NDArray[Any]) -> None:
        """See `Model`."""
        most = int(inputs_PKN[..., NUM_LISTS_AT].max(initial=0))
        if most > NUM_LISTS:
            raise InputError(
                f"there are inputs of {most} lists, the model knows up to {NUM_LISTS}",
                where="training data",
                hint="Give tasks of fewer lists.",
            )

    def smallest_example(self) -> Example:
        """See `Model`; a list of one cell."""
        return Example((0,), (0,))

    def first_belief(self, inputs_BKN: Tensor, outputs_BKN: Tensor) -> Tensor:
        """See `LaSynth`; the first list, with room for the output."""
        return self.values.first(inputs_BKN, outputs_BKN)

    def _read(self, belief_MK: Tensor) -> tuple[Read, None]:
        """The believed cells."""
        return (belief_MK,), None

    def _encode(
        self, read: Read, last: State | None, inputs_BKN: Tensor, outputs_BKN: Tensor
    ) -> tuple[Fixed, Tensor]:
        """The memory of the inputs and of the whole output, output cells, and the executor's table."""
        arrays = Arrays.of(inputs_BKN, outputs_BKN)
        found = candidates(arrays)
        entries = self.encoder.certain(arrays, found, self.values, self.operations)
        output = entries.output_BKH.unsqueeze(2)
        memory = torch.cat(
            [
                self.reader.remember_inputs(entries.inputs_BKA, entries.inputs_there_BKA),
                self.reader.remember_outputs(output, torch.ones_like(output[..., 0])),
            ],
            dim=2,
        )
        cells = torch.tanh(entries.cells_BKNH)
        start = torch.cat(
            [
                pooled(entries.inputs_BKA, entries.inputs_there_BKA),
                pooled(cells, arrays.output.there),
                pooled(output, torch.ones_like(output[..., 0])),
            ],
            dim=-1,
        )
        table = self.executor.table(found) if isinstance(self.executor, ListExecutor) else ()
        return (memory, entries.cells_BKNH, entries.outputs_BKNF, *table), start

    def _remember(self, read: Read, fixed: Fixed, outputs_BKN: Tensor, row_M: Tensor) -> Tensor:
        """Keys and values of all entries, `[M, K, A, 2H + 2]`."""
        (belief,) = read
        memory, cells, outputs = (part.index_select(0, row_M) for part in fixed[:3])
        believed, to_do = self.encoder.believed(belief, cells, outputs, self.values, self.operations)
        return torch.cat(
            [
                self.reader.remember_inputs(believed, belief[..., ROOM]),
                self.reader.remember_outputs(to_do, outputs[..., : GROUPS[0]].sum(-1)),
                memory,
            ],
            dim=2,
        )

    def _executed(self, belief_MK: Tensor, told_MD: Tensor, fixed: Fixed, row_M: Tensor) -> Tensor:
        """See `LaSynth`; the executor also reads its table."""
        table = Table(*(part.index_select(0, row_M) for part in fixed[3:]))
        assert isinstance(self.executor, ListExecutor)
        belief: Tensor = self.executor(belief_MK, told_MD, self.values, table)
        return belief

    def _input_loss(self, read: Read, inputs_BKN: Tensor) -> Tensor:
        """L_Op."""
        (belief,) = read
        return self.operations.loss(self.values(belief), belief)


def _schedule(config: NumbersLaSynth.Config) -> Schedule:
    if config.executor != "statements":
        return AtEnd() if config.executor == "end" else Never()
    return StatementEnds(
        token_of, config.num_tokens, opening="([{", closing=")]}", level=0, ends=";}", half="int"
    )
