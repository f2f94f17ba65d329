"""What a training run is: model, data, optimizer and schedule, read from TOML."""

from __future__ import annotations

import dataclasses
import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from msgspec import Meta

from lasynth import domains
from lasynth.config import Batch, Config, Count, Length, Positive, Rate, Share, Size, Weight, Width, read
from lasynth.errors import InputError
from lasynth.models.kinds import model_config
from lasynth.models.model import ModelConfig
from lasynth.quoting import quoted
from lasynth.reading import parse_toml, read_text

__all__ = ["ReinforceConfig", "TrainConfig", "default_preset", "read_config"]

_WHERE = "training configuration"
_Folder = Annotated[str, Meta(min_length=1, max_length=4096, description="the path of a folder")]


@dataclass(frozen=True, slots=True)
class ReinforceConfig(Config):
    """A stage of beam reinforcement (`lasynth.training.reinforce`).

    Attributes:
        beam: programs a task (64 in the paper).
        bag: programs of which the best counts (5 in the paper).
    """

    WHERE: ClassVar[str] = f"{_WHERE}, reinforce"

    beam: Width = 64
    bag: Width = 5


@dataclass(frozen=True, slots=True)
class TrainConfig(Config):
    """A training run.

    Attributes:
        model: sizes and parts of the model.
        batch_size: programs an update.
        num_programs: programs seen in all, over as many epochs as that takes; the learning rate
            reaches its end there.
        learning_rate: the highest; `final_rate` times that at the end, along a cosine.
        warmup: updates until the highest rate.
        final_rate: see `learning_rate`.
        replay: None: the last phase of the curriculum draws from all its programs. Else it shows those
            that no earlier phase has shown, and this share of others again, so that a short run
            still sees as many different programs as it can.
        weight_decay: of AdamW, on matrices only.
        clip: largest norm of the gradient.
        exec_weight, op_weight: weights of L_Exec and L_Op (1 in Eq. 8).
        exec_targets: what beliefs are compared with: `"end"`, the output at the end of the program
            (Eq. 6); `"statements"`, also the list that the machine computes at every execution
            where the partial program is one.
        average: decay of the running average of weights that is evaluated and shipped; 0 for none.
        precision: `"float32"` or `"bfloat16"` (autocast).
        seed: of initialisation and batches.
        max_tokens: longer programs are left out.
        curriculum: short programs first: pairs `[share, tokens]` in rising order; until that share of
            `num_programs` is seen, only programs of at most so many tokens are.
        validate_every: updates between validations.
        num_validate: validation tasks decoded each time.
        checkpoint_minutes: minutes between checkpoints.
        start: folder of a finished run of the same model, whose weights this one begins with. Without it
            weights are random.
        anew: parts of the model (`output`) that begin with random weights all the same. The two models may
            differ in these; elsewhere weights must have the same names and shapes, which does not tell
            settings without weights (`heads`) apart.
        traces: for the second stage of Shin et al., the folder of a run of the first
            (`lasynth.training.objectives`).
        reinforce: None: programs are learned from references. Else by what they do, from `start`.
    """

    WHERE: ClassVar[str] = _WHERE

    model: ModelConfig
    batch_size: Batch = 16
    num_programs: Size = 1_000_000
    learning_rate: Positive = 1e-3
    warmup: Count = 500
    final_rate: Share = 0.02
    weight_decay: Weight = 0.01
    clip: Positive = 1.0
    exec_weight: Weight = 1.0
    op_weight: Weight = 1.0
    exec_targets: Literal["end", "statements"] = "end"
    average: Rate = 0.999
    precision: Literal["float32", "bfloat16"] = "float32"
    seed: Count = 0
    max_tokens: Length = 256
    curriculum: tuple[tuple[Share, Size], ...] = ()
    replay: Rate | None = None
    validate_every: Size = 2000
    num_validate: Size = 200
    checkpoint_minutes: Weight = 3.0
    start: _Folder | None = None
    anew: tuple[str, ...] = ()
    traces: _Folder | None = None
    reinforce: ReinforceConfig | None = None

    def misfit(self) -> tuple[str, str] | None:
        """See `Config`."""
        grammar = domains.get(self.model.domain).grammar
        fixed = (not (grammar.open_ended and name.isdecimal()) for name in grammar.lexemes())
        least = max(token for token, is_fixed in enumerate(fixed, 1) if is_fixed)
        if self.model.num_tokens < least:
            what = f"model.num_tokens is {self.model.num_tokens}, but {self.model.domain} has {least} tokens"
            return what, "Leave it out, or give as many."
        shares = [share for share, _ in self.curriculum]
        if shares != sorted(shares):
            return (
                "the shares of `curriculum` do not rise",
                "Give the phases in their order.",
            )
        if self.anew and self.start is None:
            what = "parts are to begin anew, but there is no `start`"
            return what, "Name the folder of a finished run as `start`, or leave `anew` out."
        if self.traces is not None and self.model.kind != "shin-code":
            what = f"`traces` are given, but a model of kind {self.model.kind} learns from none"
            return what, "Leave them out, or train a model of kind shin-code."
        if self.reinforce is not None and self.start is None:
            return "reinforcement has no `start`", "Name the folder of a supervised run as `start`."
        return None

    def to_json(self) -> dict[str, Any]:
        """The configuration as JSON values."""
        obj = {
            **dataclasses.asdict(self),
            "model": self.model.to_json(),
            "curriculum": [list(phase) for phase in self.curriculum],
        }
        obj["anew"] = list(self.anew)
        for name in ("start", "anew", "traces", "reinforce"):
            if not obj[name]:  # as in runs that were begun before there were such entries
                del obj[name]
        return obj

    @classmethod
    def from_json(cls, obj: Mapping[str, Any], *, where: str = _WHERE) -> TrainConfig:
        """Read what `to_json` wrote, or the tables of a TOML file.

        Raises:
            InputError: an unknown entry or a value that does not fit, with its name.
        """
        if not isinstance(obj, Mapping):
            raise InputError(f"{quoted(obj)} is not a table", where, "Give names with their values.")
        model = model_config(obj.get("model", {}), where=where, path="model.")
        return read(cls, {**obj, "model": model}, where=where)


def read_config(name: str | Path) -> TrainConfig:
    """Read a preset by name (`c-small`) or a TOML file by path.

    A key `base` names another preset or file, of which only what is given is changed.

    Raises:
        InputError: no such preset or file, or a mistake in it.
    """
    return TrainConfig.from_json(_read_toml(name), where=str(name))


def default_preset(domain: str) -> str:
    """The preset that trains a model of a language when none is named; it says `default = true`.

    Raises:
        InputError: there is none.
    """
    for name, text in _presets():
        if tomllib.loads(text).get("default") and read_config(name).model.domain == domain:
            return name
    raise InputError(f"no preset trains a model of {domain}", hint="Give --preset or --config.")


def _presets() -> Iterator[tuple[str, str]]:
    """The names of the presets, and their text."""
    files = (resources.files("lasynth.training") / "presets").iterdir()
    for file in sorted(files, key=lambda file: file.name):
        if file.name.endswith(".toml"):
            yield file.name.removesuffix(".toml"), file.read_text()


def _read_toml(name: str | Path, above: tuple[str, ...] = ()) -> dict[str, Any]:
    """A preset or a file, on top of its base; `above` are those that it is the base of."""
    if str(name) in above:
        raise InputError("it is its own base", where=str(name), hint="Name another preset or file as base.")
    presets = dict(_presets())
    if str(name) not in presets and not os.path.exists(name):  # noqa: PTH110 - any name
        raise InputError(f"no preset and no file {quoted(str(name))}", hint=f"presets: {', '.join(presets)}")
    obj = parse_toml(presets.get(str(name)) or read_text(name, "Give the path of a TOML file."), str(name))
    obj.pop("default", None)
    if "base" not in obj:
        return obj
    named = obj.pop("base")
    if not isinstance(named, str):
        raise InputError(f"{quoted(named)} does not fit", f"{name}, base", "Name a preset or a file.")
    base = _read_toml(named, (*above, str(name)))
    model = obj.get("model", {})
    # Another kind of model has entries of its own; what is no table is refused when it is read.
    if isinstance(model, dict) and "kind" not in model and isinstance(base.get("model", {}), dict):
        model = {**base.get("model", {}), **model}
    return {**base, **obj, "model": model}
