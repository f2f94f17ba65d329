"""What the systems for Karel that LaSynth is compared with are built from.

`lasynth.models.config` knows them by their kind. Sizes default to those of the study on CPUs; the paper's
stand in the presets.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Final, Literal

from lasynth.errors import InputError

__all__ = [
    "BunelConfig",
    "ExecConfig",
    "KarelPeerConfig",
    "ShinCodeConfig",
    "ShinTraceConfig",
    "check_choices",
]

_CHOICES: Final = {
    "encoder": ("frame", "conv"),
    "syntax": ("grammar", "learned"),
    "execution": ("statements", "never"),
}


def check_choices(config: object, choices: Mapping[str, Sequence[str]]) -> None:
    """Check fields that name a part.

    Raises:
        InputError: a name that is not among the choices of its field.
    """
    for name, allowed in choices.items():
        if getattr(config, name) not in allowed:
            raise InputError(
                f"{name} = {getattr(config, name)!r} is not a choice",
                where="model configuration",
                hint=f"use one of {', '.join(allowed)}",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class KarelPeerConfig:
    """What all of them have.

    Attributes:
        domain: the language.
        kind: of the model.
        num_tokens: size of the token vocabulary, V.
        encoder: of examples (`lasynth.models.karel.encoder`): `"frame"` or `"conv"`, the paper's.
        hidden: first layer of a `"frame"` encoder.
        channels, blocks: of a `"conv"` encoder: channels of one grid, residual blocks.
        example: size of an encoded example, E.
        embedding: size of token embeddings.
        decoder: size of a decoder's state, D.
        decoder_layers: layers of a decoder.
    """

    domain: ClassVar[str] = "karel"
    kind: ClassVar[str]

    num_tokens: int
    encoder: Literal["frame", "conv"] = "frame"
    hidden: int = 192
    channels: int = 32
    blocks: int = 2
    example: int = 192
    embedding: int = 32
    decoder: int = 256
    decoder_layers: int = 2

    def __post_init__(self) -> None:
        check_choices(self, {name: allowed for name, allowed in _CHOICES.items() if hasattr(self, name)})

    def to_json(self) -> dict[str, Any]:
        """The configuration as JSON values."""
        return {"kind": self.kind, **asdict(self)}


@dataclass(frozen=True, slots=True, kw_only=True)
class BunelConfig(KarelPeerConfig):
    """Bunel et al. (2018).

    Attributes:
        syntax: whether only the mask knows the grammar, or a network learns it beside the program.
    """

    kind: ClassVar[str] = "bunel"

    syntax: Literal["grammar", "learned"] = "grammar"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecConfig(KarelPeerConfig):
    """Exec (Chen, Liu and Song 2019).

    Attributes:
        execution: behind every statement, or never, which leaves the network of Bunel et al.
    """

    kind: ClassVar[str] = "exec"

    execution: Literal["statements", "never"] = "statements"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShinTraceConfig(KarelPeerConfig):
    """The first stage of Shin et al. (2018): from an example to its trace.

    Attributes:
        grid: size of an encoded world, and of the four conditions together (a multiple of 4).
        max_actions: longer traces are neither learned nor proposed.
        beam: traces proposed for an example.
    """

    kind: ClassVar[str] = "shin-trace"

    grid: int = 64
    max_actions: int = 64
    beam: int = 4

    def __post_init__(self) -> None:
        super(ShinTraceConfig, self).__post_init__()
        if self.grid % 4:
            raise InputError(f"grid = {self.grid} is not a multiple of 4", where="model configuration")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShinCodeConfig(ShinTraceConfig):
    """The second stage of Shin et al. (2018): from examples and traces to code.

    It contains a first stage, whose sizes are the inherited ones; the encoder and `grid` have the same sizes
    in both.

    Attributes:
        writer: size of the state of the decoder of code, and of each direction of what reads traces.
    """

    kind: ClassVar[str] = "shin-code"

    writer: int = 128
