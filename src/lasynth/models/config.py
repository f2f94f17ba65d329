"""What a model is built from: sizes, and the name of each interchangeable part.

A configuration as JSON or TOML says with `kind` which model it is of; without it, of LaSynth.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any, ClassVar, Final, Literal, TypeVar

from lasynth.errors import InputError
from lasynth.models.baselines.config import (
    BunelConfig,
    ExecConfig,
    KarelPeerConfig,
    ShinCodeConfig,
    ShinTraceConfig,
    check_choices,
)

__all__ = [
    "KarelConfig",
    "LaSynthConfig",
    "ModelConfig",
    "PropertySignaturesConfig",
    "domain_of",
    "model_config",
]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class LaSynthConfig:
    """Sizes and parts of a LaSynth model for lists of integers.

    Attributes:
        domain: the language.
        num_tokens: size of the token vocabulary, V.
        max_value: inputs and outputs hold values in `[-max_value, max_value]`.
        min_cells, max_cells: shortest and longest list.
        embedding: size of token and value embeddings, E.
        hidden: size of the encoded examples and of attention, H (even).
        decoder: size of the token decoder's state, D.
        decoder_layers: layers of the token decoder.
        heads: attention heads; 1 is the paper's attention.
        refinements: how often output states are refined against input states (2 in the release).
        executor: when the latent executor runs: after each top-level statement, every `period`
            tokens (the release), only at the end (the paper's NoPartialExecutor), or never.
        period: tokens between two executions, for `executor="period"`.
        executor_head: how the executor writes a value: `"values"` scores the values themselves
            (the release), `"table"` mixes that with the operations of the operation table.
        operations: which operations the predictor's table holds: `"expressions"`, every
            expression of the subset over the whole list; `"branches"`, that and evidence of branches
            and loops; `"cells"`, `O = I + c` and `O = c - I` of
            the same cell (the paper); `"none"`, no operation predictor.
        history: whether decoding attends to the tokens so far (Eq. 3).
        dropout: probability, on the inputs of the output layer.
    """

    domain: ClassVar[str] = "c"

    num_tokens: int
    max_value: int = 4
    min_cells: int = 5
    max_cells: int = 5
    embedding: int = 64
    hidden: int = 128
    decoder: int = 256
    decoder_layers: int = 1
    heads: int = 2
    refinements: int = 2
    executor: Literal["statements", "period", "end", "never"] = "statements"
    period: int = 16
    executor_head: Literal["values", "table"] = "table"
    operations: Literal["branches", "expressions", "cells", "none"] = "expressions"
    history: bool = True
    dropout: float = 0.0

    def __post_init__(self) -> None:
        check_choices(self, _CHOICES)
        if self.hidden % (2 * self.heads):
            raise InputError(
                f"hidden = {self.hidden} is not a multiple of 2 x heads = {2 * self.heads}",
                where="model configuration",
            )

    def to_json(self) -> dict[str, Any]:
        """The configuration as JSON values."""
        return asdict(self)


_CHOICES = {
    "executor": ("statements", "period", "end", "never"),
    "executor_head": ("values", "table"),
    "operations": ("branches", "expressions", "cells", "none"),
}


@dataclass(frozen=True, slots=True)
class PropertySignaturesConfig:
    """Sizes of a model that reads property signatures.

    Attributes:
        domain: the language.
        num_tokens: size of the token vocabulary, V.
        max_value: inputs and outputs hold values in `[-max_value, max_value]`.
        min_cells, max_cells: shortest and longest list.
        embedding: size of the embeddings of tokens and of answers.
        hidden: size of a direction of the encoder, H.
        encoder_layers: layers of the encoder (2 in the release).
        decoder: size of the token decoder's state, D.
        decoder_layers: layers of the token decoder.
        heads: attention heads.
        dropout: probability, on the inputs of the output layer.
    """

    domain: ClassVar[str] = "c"

    num_tokens: int
    max_value: int = 4
    min_cells: int = 5
    max_cells: int = 5
    embedding: int = 64
    hidden: int = 128
    encoder_layers: int = 2
    decoder: int = 256
    decoder_layers: int = 1
    heads: int = 2
    dropout: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """The configuration as JSON values."""
        return {"kind": _PROPERTY_SIGNATURES, **asdict(self)}


@dataclass(frozen=True, slots=True)
class KarelConfig:
    """Sizes and parts of a LaSynth model for Karel.

    Attributes:
        domain: the language.
        num_tokens: size of the token vocabulary, V.
        embedding: size of token embeddings.
        encoder: what reads a pair of worlds: `"frame"`, from the robot's point of view; `"conv"`, the
            CNN of Bunel et al.
        channels, blocks: of the CNN: channels of each grid, and residual blocks.
        hidden: size of the layers of the encoder and of the executor, and of attention over tokens.
        pair: size of the encoding of a pair, E.
        reading: size of what is read of the examples at a position.
        decoder: size of the token decoder's state, D.
        decoder_layers: layers of the token decoder.
        heads: attention heads over tokens.
        executor: when the latent executor runs: after each statement of the outermost block, only at
            the end (the paper's NoPartialExecutor), or never (NoExecutor).
        history: whether decoding attends to the tokens so far (Eq. 3).
        dropout: probability, on the inputs of the output layer.
    """

    domain: ClassVar[str] = "karel"

    num_tokens: int
    embedding: int = 32
    encoder: Literal["frame", "conv"] = "frame"
    channels: int = 32
    blocks: int = 2
    hidden: int = 192
    pair: int = 192
    reading: int = 256
    decoder: int = 192
    decoder_layers: int = 1
    heads: int = 2
    executor: Literal["statements", "end", "never"] = "statements"
    history: bool = True
    dropout: float = 0.0

    def __post_init__(self) -> None:
        check_choices(self, _KAREL_CHOICES)
        if self.hidden % self.heads:
            raise InputError(
                f"hidden = {self.hidden} is not a multiple of heads = {self.heads}",
                where="model configuration",
            )

    def to_json(self) -> dict[str, Any]:
        """The configuration as JSON values."""
        return {"kind": _KAREL, **asdict(self)}


_KAREL_CHOICES = {"encoder": ("frame", "conv"), "executor": ("statements", "end", "never")}


ModelConfig = LaSynthConfig | PropertySignaturesConfig | KarelConfig | KarelPeerConfig
_KAREL: Final = "karel"
_PROPERTY_SIGNATURES: Final = "property-signatures"


def model_config(obj: dict[str, Any]) -> ModelConfig:
    """The configuration of any model, by its `kind`.

    Raises:
        InputError: an unknown kind, or an unknown or missing entry.
    """
    cls = _class_of(obj)
    return _from_json(cls, {key: value for key, value in obj.items() if key != "kind"})


def domain_of(obj: dict[str, Any]) -> str:
    """The language of the model that a configuration is of, complete or not.

    Raises:
        InputError: an unknown kind.
    """
    return _class_of(obj).domain


def _class_of(obj: dict[str, Any]) -> type[ModelConfig]:
    kind = obj.get("kind", "lasynth")
    if kind not in _KINDS:
        raise InputError(
            f"no model is of kind {kind!r}", where="model configuration", hint=f"use {' or '.join(_KINDS)}"
        )
    return _KINDS[kind]


_KINDS: Final[dict[str, type[ModelConfig]]] = {
    "lasynth": LaSynthConfig,
    _PROPERTY_SIGNATURES: PropertySignaturesConfig,
    _KAREL: KarelConfig,
    **{peer.kind: peer for peer in (BunelConfig, ExecConfig, ShinTraceConfig, ShinCodeConfig)},
}


def _from_json(cls: type[T], obj: dict[str, Any]) -> T:
    known = {field.name for field in fields(cls)}  # type: ignore[arg-type]
    if unknown := sorted(set(obj) - known):
        raise InputError(f"unknown entry {unknown[0]!r}", where="model configuration")
    if "num_tokens" not in obj:
        raise InputError("num_tokens is missing", where="model configuration")
    return cls(**obj)
