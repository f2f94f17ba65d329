"""Compose a model from its configuration."""

from __future__ import annotations

from typing import overload

from lasynth.domains.c import grammar as c_grammar
from lasynth.domains.karel import grammar as karel_grammar
from lasynth.models.baselines.build import KarelPeer, build_peer
from lasynth.models.baselines.config import KarelPeerConfig
from lasynth.models.baselines.property_signatures import PropertySignatures
from lasynth.models.branches import Changes, Conditions, RelativeOperations
from lasynth.models.config import KarelConfig, LaSynthConfig, ModelConfig, PropertySignaturesConfig
from lasynth.models.decoder import (
    ExampleReader,
    HistoryAttention,
    NoHistory,
    OutputLayer,
    TokenDecoder,
)
from lasynth.models.encoder import InputEncoder, OutputEncoder, OutputRefiner
from lasynth.models.executor import LatentExecutor, NoExecutor, TableHead, ValueHead
from lasynth.models.karel.encoder import ConvEncoder, FrameEncoder
from lasynth.models.karel.executor import ChangeExecutor, NoChange
from lasynth.models.karel.lasynth import KarelLaSynth, PairReader
from lasynth.models.karel.schedule import StatementEnds as KarelStatementEnds
from lasynth.models.lasynth import LaSynth, Parts
from lasynth.models.lists import ListLaSynth, ListReading
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
from lasynth.models.values import ValueEmbedding

__all__ = ["Model", "build"]

Model = LaSynth | PropertySignatures | KarelPeer


@overload
def build(config: LaSynthConfig) -> ListLaSynth: ...
@overload
def build(config: PropertySignaturesConfig) -> PropertySignatures: ...
@overload
def build(config: KarelConfig) -> KarelLaSynth: ...
@overload
def build(config: KarelPeerConfig) -> KarelPeer: ...
@overload
def build(config: ModelConfig) -> Model: ...
def build(config: ModelConfig) -> Model:
    """A freshly initialised model; torch's generator must be seeded by the caller."""
    if isinstance(config, PropertySignaturesConfig):
        return PropertySignatures(config, bos=c_grammar.BOS)
    if isinstance(config, KarelConfig):
        return _karel(config)
    if isinstance(config, KarelPeerConfig):
        return build_peer(config)
    return ListLaSynth(*_parts(config), bos=c_grammar.BOS)


def _parts(config: LaSynthConfig) -> tuple[ListReading, Parts]:
    size, hidden = config.embedding, config.hidden
    table = OperationTable(config.max_value, config.max_cells)
    operations: OperationPredictor | NoOperationPredictor
    if config.operations == "none":
        operations = NoOperationPredictor()
    else:
        whole = config.operations != "cells"
        each = SingleOperands(table) if whole else OwnCell(table)
        across = WholeTable(table) if whole else OwnCell(table)
        evidence: list[Evidence] = []
        if config.operations == "branches":
            evidence = [RelativeOperations(table), Changes(table), Conditions(table)]
        operations = OperationPredictor(size, table, each, across, hidden, evidence)
    executor: LatentExecutor | NoExecutor
    if config.executor == "never":
        executor = NoExecutor()
    else:
        values_head = config.executor_head == "values"
        head = ValueHead(hidden, size) if values_head else TableHead(hidden, size, table)
        executor = LatentExecutor(size, hidden, config.decoder, head)
    pooled_size = 2 * hidden
    history: HistoryAttention | NoHistory
    if config.history:
        history = HistoryAttention(config.decoder, pooled_size, pooled_size, config.heads)
    else:
        history = NoHistory(pooled_size)
    reading = ListReading(
        values=ValueEmbedding(config.max_value, config.max_cells, size),
        input_encoder=InputEncoder(size, hidden),
        output_encoder=OutputEncoder(size, hidden),
        refiner=OutputRefiner(hidden, config.heads, config.refinements),
        operations=operations,
    )
    return reading, Parts(
        decoder=TokenDecoder(config.num_tokens, size, 8 * hidden, config.decoder, config.decoder_layers),
        executor=executor,
        schedule=_schedule(config),
        reader=ExampleReader(config.decoder, hidden, config.heads, 2 + operations.num_memories),
        history=history,
        output=OutputLayer(history.size, config.decoder, 2 * hidden, config.num_tokens, config.dropout),
    )


def _karel(config: KarelConfig) -> KarelLaSynth:
    encoder: FrameEncoder | ConvEncoder
    if config.encoder == "frame":
        encoder = FrameEncoder(config.hidden, config.pair)
    else:
        encoder = ConvEncoder(config.channels, config.blocks, config.pair)
    history: HistoryAttention | NoHistory
    if config.history:
        history = HistoryAttention(config.decoder, config.reading, config.hidden, config.heads)
    else:
        history = NoHistory(config.reading)
    executor: ChangeExecutor | NoChange = NoChange()
    if config.executor != "never":
        executor = ChangeExecutor(config.decoder, config.hidden)
    schedules: dict[str, Schedule] = {"statements": KarelStatementEnds(), "end": AtEnd(), "never": Never()}
    parts = Parts(
        decoder=TokenDecoder(config.num_tokens, config.embedding, 1, config.decoder, config.decoder_layers),
        executor=executor,
        schedule=schedules[config.executor],
        reader=PairReader(config.decoder, config.pair, config.hidden, config.reading),
        history=history,
        output=OutputLayer(history.size, config.decoder, config.reading, config.num_tokens, config.dropout),
    )
    return KarelLaSynth(encoder, parts, bos=karel_grammar.BOS)


def _schedule(config: LaSynthConfig) -> Schedule:
    if config.executor == "never":
        return Never()
    if config.executor == "end":
        return AtEnd()
    if config.executor == "period":
        return EveryPeriod(config.period)
    token_of = c_grammar.token_of
    return StatementEnds(
        opening=[token_of(text) for text in "([{"],
        closing=[token_of(text) for text in ")]}"],
        ends=[token_of(";"), token_of("}")],
        declare=token_of("int"),
        num_tokens=config.num_tokens,
    )
