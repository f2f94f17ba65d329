"""A run that begins with the weights of another."""

from __future__ import annotations

from pathlib import Path

from torch import Tensor

from lasynth.errors import InputError
from lasynth.models.model import Model
from lasynth.models.zoo import EXPORTED, load
from lasynth.quoting import quoted
from lasynth.training.config import TrainConfig

__all__ = ["begin_with"]


def begin_with(model: Model, config: TrainConfig) -> None:
    """Give a model the weights of the run `config.start`, except in the parts that begin anew.

    Raises:
        InputError: no finished run there, or one of another model.
    """
    assert config.start is not None
    path = Path(config.start) / EXPORTED
    hint = "Train the model first and name the folder of that run."
    if not path.is_file():
        raise InputError("no trained model in this folder", config.start, hint)
    trained = load(path)
    if not config.anew and trained.config != config.model:
        raise InputError("the model has another configuration", str(path), hint)
    parts = [name for name, _ in model.named_children()]
    for part in config.anew:
        if part not in parts:
            what = f"the model has no part {quoted(part)}"
            raise InputError(what, "training configuration", f"parts: {', '.join(parts)}")

    def kept(weights: dict[str, Tensor]) -> dict[str, Tensor]:
        return {name: w for name, w in weights.items() if name.split(".")[0] not in config.anew}

    # A lexeme that the trained model never saw has no chance; here it may be learned.
    weights = {name: w.masked_fill(w.isneginf(), 0.0) for name, w in trained.model.state_dict().items()}
    own, given = kept(model.state_dict()), kept(weights)
    for name in sorted(own.keys() | given.keys()):
        if name not in own or name not in given or own[name].shape != given[name].shape:
            raise InputError(
                f"the weights {name!r} are not those of this model",
                str(path),
                f"Add {name.split('.')[0]!r} to `anew`, or start from another run.",
            )
    model.load_state_dict(given, strict=False)
