"""What a training run is: model, data, optimizer and schedule, read from TOML."""

from __future__ import annotations

import dataclasses
import tomllib
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, Literal

from lasynth import domains
from lasynth.errors import InputError
from lasynth.models.config import ModelConfig, domain_of, model_config

__all__ = ["ReinforceConfig", "TrainConfig", "read_config"]


@dataclass(frozen=True, slots=True)
class ReinforceConfig:
    """A stage of beam reinforcement (`lasynth.training.reinforce`).

    Attributes:
        beam: programs a task (64 in the paper).
        bag: programs of which the best counts (5 in the paper).
    """

    beam: int = 64
    bag: int = 5

    def __post_init__(self) -> None:
        for name in ("beam", "bag"):
            if getattr(self, name) < 1:
                raise InputError(
                    f"{name} is {getattr(self, name)}", where="training configuration", hint="Give 1 or more."
                )


@dataclass(frozen=True, slots=True)
class TrainConfig:
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

    model: ModelConfig
    batch_size: int = 16
    num_programs: int = 1_000_000
    learning_rate: float = 1e-3
    warmup: int = 500
    final_rate: float = 0.02
    weight_decay: float = 0.01
    clip: float = 1.0
    exec_weight: float = 1.0
    op_weight: float = 1.0
    exec_targets: Literal["end", "statements"] = "end"
    average: float = 0.999
    precision: Literal["float32", "bfloat16"] = "float32"
    seed: int = 0
    max_tokens: int = 256
    curriculum: tuple[tuple[float, int], ...] = ()
    replay: float | None = None
    validate_every: int = 2000
    num_validate: int = 200
    checkpoint_minutes: float = 3.0
    start: str | None = None
    anew: tuple[str, ...] = ()
    traces: str | None = None
    reinforce: ReinforceConfig | None = None

    def __post_init__(self) -> None:
        if self.replay is not None and not 0 <= self.replay < 1:
            raise InputError(
                f"replay is {self.replay}", where="training configuration", hint="Give 0 or more, below 1."
            )
        if self.anew and self.start is None:
            raise InputError(
                "parts are to begin anew, but there is no `start`",
                where="training configuration",
                hint="Name the folder of a finished run as `start`, or leave `anew` out.",
            )
        if self.reinforce is not None and self.start is None:
            raise InputError(
                "reinforcement has no `start`",
                where="training configuration",
                hint="Name the folder of a supervised run as `start`.",
            )

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
    def from_json(cls, obj: dict[str, Any], *, where: str = "training configuration") -> TrainConfig:
        """Read what `to_json` wrote, or the tables of a TOML file.

        Raises:
            InputError: an unknown entry or a wrong value, with its name.
        """
        known = {f.name for f in dataclasses.fields(cls)}
        if unknown := sorted(set(obj) - known):
            raise InputError(
                f"unknown entry {unknown[0]!r}", where=where, hint=f"known: {', '.join(sorted(known))}"
            )
        given = obj.get("model", {})
        model = {"num_tokens": domains.get(domain_of(given)).grammar.num_tokens, **given}
        curriculum = tuple((share, tokens) for share, tokens in obj.get("curriculum", ()))
        stage = _reinforce(obj["reinforce"], where) if obj.get("reinforce") is not None else None
        return cls(
            **{
                **obj,
                "model": model_config(model),
                "curriculum": curriculum,
                "anew": tuple(obj.get("anew", ())),
                "reinforce": stage,
            },
        )


def _reinforce(obj: dict[str, Any], where: str) -> ReinforceConfig:
    known = {f.name for f in dataclasses.fields(ReinforceConfig)}
    if unknown := sorted(set(obj) - known):
        raise InputError(f"unknown entry {unknown[0]!r} of reinforce", where=where)
    return ReinforceConfig(**obj)


def read_config(name: str | Path) -> TrainConfig:
    """Read a preset by name (`c-small`) or a TOML file by path.

    A key `base` names another preset or file, of which only what is given is changed.

    Raises:
        InputError: no such preset or file, or a mistake in it.
    """
    return TrainConfig.from_json(_read_toml(name), where=str(name))


def _read_toml(name: str | Path, above: tuple[str, ...] = ()) -> dict[str, Any]:
    """A preset or a file, on top of its base; `above` are those that it is the base of."""
    if str(name) in above:
        raise InputError("it is its own base", where=str(name), hint="Name another preset or file as base.")
    presets = resources.files("lasynth.training") / "presets"
    path = presets / f"{name}.toml"
    text: str
    if path.is_file():
        text = path.read_text()
    elif Path(name).is_file():
        text = Path(name).read_text()
    else:
        known = sorted(p.name.removesuffix(".toml") for p in presets.iterdir() if p.name.endswith(".toml"))
        raise InputError(f"no preset and no file {str(name)!r}", hint=f"presets: {', '.join(known)}")
    try:
        obj = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"not TOML: {error}", where=str(name)) from error
    if "base" not in obj:
        return obj
    base = _read_toml(obj.pop("base"), (*above, str(name)))
    model = {**base.get("model", {}), **obj.get("model", {})}
    if "kind" in obj.get("model", {}):  # another kind of model has entries of its own
        model = obj["model"]
    return {**base, **obj, "model": model}
