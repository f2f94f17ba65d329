"""All kinds of models, and how to build one from a configuration.

In JSON or TOML, `kind` names the model of a configuration; the default is LaSynth.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from lasynth import domains
from lasynth.config import nearest, read
from lasynth.errors import InputError
from lasynth.models.baselines.bunel import Bunel
from lasynth.models.baselines.exec import Exec
from lasynth.models.baselines.property_signatures import PropertySignatures
from lasynth.models.baselines.shin import CodeModel
from lasynth.models.baselines.shin_trace import TraceModel
from lasynth.models.karel.lasynth import KarelLaSynth
from lasynth.models.lists import ListLaSynth
from lasynth.models.model import Model, ModelConfig
from lasynth.models.numbers.lasynth import NumbersLaSynth
from lasynth.quoting import quoted

__all__ = ["KINDS", "Model", "build", "model_config"]

_CLASSES: Final[tuple[type[Model], ...]] = (
    *(ListLaSynth, PropertySignatures, KarelLaSynth, NumbersLaSynth),
    *(Bunel, Exec, TraceModel, CodeModel),
)
KINDS: Final = {cls.Config.kind: cls for cls in _CLASSES}


def build(config: ModelConfig) -> Model:
    """A freshly initialised model; the caller must seed torch's generator."""
    return KINDS[config.kind](config)


def model_config(obj: Mapping[str, Any], *, where: str | None = None, path: str = "") -> ModelConfig:
    """The configuration of any model, by its `kind`.

    By default the model has the vocabulary of its language.

    Args:
        obj: the table.
        where: the source of the table, for messages.
        path: the path of the table in it.

    Raises:
        InputError: the kind or an entry is unknown, or a value does not fit.
    """
    where = where or ModelConfig.WHERE
    if not isinstance(obj, Mapping):
        raise InputError(
            f"{quoted(obj)} is not a table", f"{where}, {path[:-1]}", "Give names with their values."
        )
    kind = obj.get("kind", ListLaSynth.Config.kind)
    if not isinstance(kind, str) or kind not in KINDS:
        raise InputError(f"no model is of kind {quoted(kind)}", f"{where}, {path}kind", nearest(kind, KINDS))
    config = KINDS[kind].Config
    given = {"num_tokens": domains.get(config.domain).grammar.num_tokens, **obj}
    given.pop("kind", None)
    return read(config, given, where=where, path=path)
