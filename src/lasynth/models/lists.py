"""LaSynth for lists of integers: RobustFill's encoders, double attention, the operation predictor.

Shapes: B tasks, K examples, N cells, M memories (a task at a time of its program), C values, E embedding,
H hidden.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from lasynth.models.decoder import ExampleReader
from lasynth.models.encoder import InputEncoder, OutputEncoder, OutputRefiner, pooled
from lasynth.models.lasynth import LaSynth, Parts
from lasynth.models.operations import NoOperationPredictor, OperationPredictor
from lasynth.models.values import ValueEmbedding

__all__ = ["ListLaSynth", "ListReading"]


@dataclass(frozen=True, slots=True)
class ListReading:
    """The exchangeable parts that read lists."""

    values: ValueEmbedding
    input_encoder: InputEncoder
    output_encoder: OutputEncoder
    refiner: OutputRefiner
    operations: OperationPredictor | NoOperationPredictor


class ListLaSynth(LaSynth):
    """LaSynth for lists; a belief is a distribution over values per cell, `[M, K, N, C]`.

    Args:
        reading: the parts that read lists.
        parts: the others.
        bos: the token before the first.
    """

    values: ValueEmbedding
    input_encoder: InputEncoder
    output_encoder: OutputEncoder
    refiner: OutputRefiner
    operations: OperationPredictor | NoOperationPredictor
    reader: ExampleReader

    def __init__(self, reading: ListReading, parts: Parts, bos: int) -> None:
        names = ("values", "input_encoder", "output_encoder", "refiner", "operations")
        super().__init__({name: getattr(reading, name) for name in names}, parts, bos)

    def _encode_outputs(self, embedded: Tensor, outputs_BKN: Tensor) -> tuple[Tensor, Tensor]:
        """Unrefined output states, and the examples pooled for the decoder's start."""
        _, input_final = self.input_encoder(self.values.placed(embedded))
        certain = self.values(self.values.certain(outputs_BKN))
        encoded, output_final = self.output_encoder(self.values.placed(certain), input_final)
        num_examples = outputs_BKN.shape[1]
        both = [pooled(input_final, num_examples), pooled(output_final, num_examples)]
        return encoded, torch.cat(both, dim=-1)

    def _remember(self, embedded: Tensor, encoded: Tensor, outputs_MKN: Tensor) -> Tensor:
        """Keys and values of the examples under given input lists, `[M, K, N, memories 2H]`."""
        input_states, _ = self.input_encoder(self.values.placed(embedded))
        output_states = self.refiner(input_states, encoded)
        operations = self.operations(embedded, outputs_MKN, self.values)
        return self.reader.remember((input_states, output_states, *operations))

    def _input_loss(self, embedded: Tensor, inputs_BKN: Tensor) -> Tensor:
        """L_Op."""
        return self.operations.loss(embedded, inputs_BKN, self.values)
