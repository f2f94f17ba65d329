"""Compose the systems for Karel that LaSynth is compared with."""

from __future__ import annotations

from lasynth.domains.karel.grammar import BOS
from lasynth.models.baselines.bunel import Bunel, ExampleDecoder
from lasynth.models.baselines.config import (
    BunelConfig,
    ExecConfig,
    KarelPeerConfig,
    ShinCodeConfig,
    ShinTraceConfig,
)
from lasynth.models.baselines.exec import Executed
from lasynth.models.baselines.execution import Unexecuted
from lasynth.models.baselines.learned_syntax import LearnedSyntax, NoSyntax
from lasynth.models.baselines.shin import CodeModel, TraceEncoder
from lasynth.models.baselines.shin_trace import TraceModel
from lasynth.models.baselines.shin_world import ConvWorld, FrameWorld, WorldReader
from lasynth.models.karel.encoder import ConvEncoder, FrameEncoder

__all__ = ["KarelPeer", "build_bunel", "build_code", "build_exec", "build_peer", "build_tracer"]

KarelPeer = Bunel | CodeModel | TraceModel


def build_peer(config: KarelPeerConfig) -> KarelPeer:
    """A freshly initialised model of any of them."""
    if isinstance(config, ShinCodeConfig):
        return build_code(config)
    if isinstance(config, ShinTraceConfig):
        return build_tracer(config)
    if isinstance(config, ExecConfig):
        return build_exec(config)
    assert isinstance(config, BunelConfig)
    return build_bunel(config)


def build_bunel(config: BunelConfig) -> Bunel:
    """A freshly initialised model of Bunel et al."""
    learned = config.syntax == "learned"
    return Bunel(
        _encoder(config),
        _decoder(config),
        Unexecuted(),
        LearnedSyntax(config.num_tokens, config.embedding, config.decoder, 2) if learned else NoSyntax(),
        BOS,
    )


def build_exec(config: ExecConfig) -> Bunel:
    """A freshly initialised Exec, or its backbone."""
    execution = Unexecuted() if config.execution == "never" else Executed()
    return Bunel(_encoder(config), _decoder(config), execution, NoSyntax(), BOS)


def build_tracer(config: ShinTraceConfig) -> TraceModel:
    """A freshly initialised first stage of Shin et al."""
    return TraceModel(
        _encoder(config),
        _world_reader(config),
        config.embedding,
        config.decoder,
        config.decoder_layers,
        config.max_actions,
        config.beam,
    )


def build_code(config: ShinCodeConfig) -> CodeModel:
    """A freshly initialised second stage of Shin et al., with a first one in it."""
    traces = TraceEncoder(_world_reader(config), config.embedding, config.writer, config.decoder_layers)
    return CodeModel(
        build_tracer(config),
        _encoder(config),
        traces,
        num_tokens=config.num_tokens,
        embedding=config.embedding,
        size=config.writer,
        layers=config.decoder_layers,
        bos=BOS,
    )


def _world_reader(config: ShinTraceConfig) -> WorldReader:
    worlds: ConvWorld | FrameWorld = FrameWorld(config.grid)
    if config.encoder == "conv":
        worlds = ConvWorld(2 * config.channels, 3, config.grid)
    return WorldReader(worlds, config.grid)


def _encoder(config: KarelPeerConfig) -> ConvEncoder | FrameEncoder:
    """The encoder of pairs of worlds that a configuration names."""
    if config.encoder == "conv":
        return ConvEncoder(config.channels, config.blocks, config.example)
    return FrameEncoder(config.hidden, config.example)


def _decoder(config: KarelPeerConfig) -> ExampleDecoder:
    return ExampleDecoder(
        config.num_tokens, config.embedding, config.example, config.decoder, config.decoder_layers
    )
