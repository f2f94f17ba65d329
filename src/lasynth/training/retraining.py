"""Iterative retraining (section 3.4 of the paper): better data from a model, a better model from the data.

Round 0 is a model trained on the data as given. Each further round decodes every training task with the model
of the round before (`lasynth.training.regeneration`), and trains the next model on the result.

Every step ends with a file that is written whole, and is done where its file is there. So a run that was
killed goes on where it stood, and no finished shard is decoded twice. The folder of a run::

    retrain.json                       what the run is
    round-1/train-*.parquet            the data of round 1, decoded with the model of round 0
    round-1/run/                       the training, as `lasynth train` keeps it
    round-1/model.safetensors, .json   the model
    round-1/data.json                  kinds and lengths of the programs, and how many were replaced
    round-1/evaluation.json            the verdicts on the test tasks
    rounds.json, rounds.md             a row a round

The shards of rounds may be elsewhere: where machines of a cluster read and write them.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, Final

from lasynth.config import Config, read
from lasynth.data.dataset import Dataset
from lasynth.data.shards import check_arrived, read_info, shards_of
from lasynth.errors import InputError
from lasynth.evaluation.intervals import Rate
from lasynth.evaluation.protocols import evaluate
from lasynth.evaluation.records import Evaluation
from lasynth.evaluation.rounds import Programs
from lasynth.evaluation.significance import Pair
from lasynth.evaluation.tables import table
from lasynth.files import claimed, remove_leftovers, write_all, write_whole
from lasynth.models import load
from lasynth.models.card import read_card
from lasynth.models.zoo import EXPORTED
from lasynth.places import Place, place_of
from lasynth.runner import InlineRunner, Runner
from lasynth.search import SearchConfig
from lasynth.task import Task
from lasynth.training.config import TrainConfig
from lasynth.training.export import export
from lasynth.training.loop import Trainer
from lasynth.training.regeneration import Decoding, ShardWork, regenerate_shard, scorer_of
from lasynth.training.validation import validator

__all__ = ["RetrainConfig", "Retraining", "Round", "Step"]

_FORMAT: Final = 1
_PROTOCOLS: Final = ("top1", "consistent", "oracle")
# What is told of the work: the round, the step, how far it is, of how much, and figures.
Step = Callable[[int, str, int, int, str], None]


@dataclass(frozen=True, slots=True)
class RetrainConfig(Config):
    """What a run of iterative retraining is; a run cannot be resumed as another one.

    Attributes:
        train: each round's training.
        decoding: how training tasks are decoded.
        going_on: whether a round's model begins with the weights of the round before, instead of random ones.
    """

    WHERE: ClassVar[str] = "retraining"

    train: TrainConfig
    decoding: Decoding = field(default_factory=Decoding)
    going_on: bool = False

    def to_json(self) -> dict[str, Any]:
        """The configuration as JSON values."""
        decoding = self.decoding.to_dict()
        return {"train": self.train.to_json(), "decoding": decoding, "going_on": self.going_on}


@dataclass(frozen=True, slots=True)
class Round:
    """What came of a round.

    Attributes:
        number: 0 is the training on the data as given.
        programs: what the model was trained on.
        rates: by protocol, on the test tasks.
        against_first: the verdicts of consistent@W beside those of round 0; None for that one.
    """

    number: int
    programs: Programs
    rates: dict[str, Rate]
    against_first: Pair | None

    def to_json(self) -> dict[str, Any]:
        """As JSON values; shares are from 0 to 1."""
        pair = self.against_first
        return {
            "round": self.number,
            "programs": {**self.programs.to_dict(), "mean_length": round(self.programs.mean_length, 2)},
            "rates": {name: rate.to_json() for name, rate in self.rates.items()},
            "against_round_0": None
            if pair is None
            else {"lost": pair.b, "won": pair.c, "difference": -pair.difference, "p": pair.p},
        }


class Retraining:
    """A run of iterative retraining, in one folder.

    Args:
        config: what the run is.
        data: the folder with the shards to begin with, of splits train and, if there are some, valid.
        tasks: the test tasks; without any, rounds are not compared.
        folder: of the run; made if need be.
        shards: where the shards of rounds are kept, in folders `round-1` and so on; the folder of the run
            unless given.
        model: a trained model that stands for round 0; without one, round 0 is trained.
        runner: where shards are decoded and models are evaluated.
        device: where models are trained.
        step: told of the progress.

    Attributes:
        stopped_by: the signal that stopped a training; None if none did.

    Raises:
        InputError: the folder has another run, there are no shards, or workers on other machines would not
            find them.
    """

    def __init__(
        self,
        config: RetrainConfig,
        data: Place,
        tasks: Sequence[Task],
        folder: Path,
        *,
        shards: Place | None = None,
        model: Path | None = None,
        runner: Runner | None = None,
        device: str = "cpu",
        step: Step | None = None,
    ) -> None:
        self.config, self.data, self.tasks, self.folder = config, data, tasks, folder
        self.model, self.runner, self.device = model, runner or InlineRunner(), device
        self._step: Step = step or (lambda *told: None)
        self.stopped_by: int | None = None
        self._shards = shards_of(data, "train-") if data.is_dir() else []
        if not self._shards:
            raise InputError("no shards of split train", str(data), "Run `lasynth generate`.")
        self._new_shards = folder if shards is None else shards
        for place in (data, self._new_shards):
            self.runner.sent(place)

    def run(self, num_rounds: int) -> list[Round]:
        """Do what is left of some rounds, and write the table.

        Args:
            num_rounds: how many follow round 0.

        Returns:
            The rounds that are finished, round 0 first. Fewer than asked for where the training was told to
            stop; the next run goes on.

        Raises:
            InputError: the folder has another run.
            InUseError: another process works in the folder.
        """
        with ExitStack() as claims:
            for place in dict.fromkeys((self.folder, self._new_shards)):
                claims.enter_context(claimed(place))
            self._check()
            for number in range(num_rounds + 1):
                folder = self.folder / f"round-{number}"
                folder.mkdir(exist_ok=True)
                if number:
                    self._decode(number)
                if not self._train(number, folder):
                    break
                self._evaluate(number, folder)
                self._write_table(number)
            return self.rounds()

    def rounds(self) -> list[Round]:
        """The rounds that are finished.

        Raises:
            InputError: a file of one of them is damaged.
        """
        found: list[Round] = []
        first: Evaluation | None = None
        while (folder := self.folder / f"round-{len(found)}" / "evaluation.json").is_file():
            programs = read(Programs, _json(folder.with_name("data.json")), where=str(folder.parent))
            verdicts = Evaluation.from_json(_json(folder), str(folder))
            first = first or verdicts
            rates = {name: Rate.of(getattr(r, name) for r in verdicts.records) for name in _PROTOCOLS}
            pair = None if verdicts is first else Pair.of(_consistent(first), _consistent(verdicts))
            found.append(Round(len(found), programs, rates, pair))
        return found

    # The steps of a round ---------------------------------------------------------------------

    def _check(self) -> None:
        """Keep what the run is, or compare it with what is kept."""
        path = self.folder / "retrain.json"
        shards = [{"name": shard.name, "counts": dict(read_info(shard).counts)} for shard in self._shards]
        document = {
            "format": _FORMAT,
            **self.config.to_json(),
            "model": None if self.model is None else _digest(self.model),
            "shards": shards,
            "num_tasks": len(self.tasks),
        }
        if not path.is_file():
            write_whole(path, _text(document))
            return
        kept = _json(path)
        changed = sorted(key for key in document.keys() | kept.keys() if document.get(key) != kept.get(key))
        if changed:
            hint = "Give another folder, or what the run was begun with."
            raise InputError(f"the run was begun with another {', '.join(changed)}", str(path), hint)

    def _source(self, number: int) -> Place:
        """The folder with the shards of a round."""
        return self._new_shards / f"round-{number}" if number else self.data

    def _decode(self, number: int) -> None:
        """Write the shards of a round."""
        model = self.folder / f"round-{number - 1}" / EXPORTED
        work = [
            ShardWork(
                source=self.runner.sent(self._source(number - 1) / shard.name),
                target=self.runner.sent(self._source(number) / shard.name),
                digest=_digest(model),
                round=number,
                decoding=self.config.decoding,
            )
            for shard in self._shards
        ]
        done, total = 0, sum(read_info(shard).num_tasks for shard in self._shards)
        function = partial(regenerate_shard, scorer=scorer_of(model, self.config.decoding))
        try:
            with closing(self.runner.map(function, work)) as found:
                for one, num_tasks in zip(work, found, strict=True):
                    check_arrived(place_of(one.target))
                    done += num_tasks
                    self._step(number, "decoding", done, total, "")
        finally:
            remove_leftovers(self._source(number))  # of workers that were ended while they wrote

    def _train(self, number: int, folder: Path) -> bool:
        """Train the model of a round, or go on with it; whether it is finished."""
        done = (folder / EXPORTED).is_file()
        programs = folder / "data.json"
        if done and programs.is_file():
            return True
        given = Dataset.open(self._source(number), split="train")
        before = Dataset.open(self._source(number - 1), split="train") if number else None
        write_whole(programs, _text(Programs.of(given, before).to_dict()))
        if done:
            return True
        if number == 0 and self.model is not None:
            _copy_model(self.model, folder / EXPORTED)
            return True
        config = self.config.train
        data = given.rows(given.lengths_P <= config.max_tokens)
        if self.config.going_on and number:
            start = self.folder / f"round-{number - 1}"
            config = dataclasses.replace(config, start=str(start), anew=())
        valid = shards_of(self.data, "valid-")
        tasks = Dataset.open(valid, max_tasks=config.num_validate).tasks() if valid else []
        trainer = Trainer(
            config,
            data,
            folder / "run",
            validate=validator(tasks, config.model) if tasks else None,
            device=self.device,
        )
        if (folder / "run" / "last.pt").is_file():
            trainer.resume()
        for state in trainer.run():
            loss = f"loss {state.metrics['loss']:.3f}"
            self._step(number, "training", state.programs, state.num_programs, loss)
        if trainer.programs < config.num_programs:
            self.stopped_by = trainer.stopped_by
            return False
        export(trainer, folder / EXPORTED)
        return True

    def _evaluate(self, number: int, folder: Path) -> None:
        """Evaluate the model of a round on the test tasks."""
        path = folder / "evaluation.json"
        if path.is_file():
            return
        found = evaluate(
            load(folder / EXPORTED),
            self.tasks,
            SearchConfig(max_tokens=self.config.decoding.max_tokens),
            beam=self.config.decoding.beam,
            title=f"round {number}",
            runner=self.runner,
            progress=lambda done: self._step(number, "evaluating", done, len(self.tasks), ""),
        )
        write_whole(path, _text(found.to_json(records=True)))

    def _write_table(self, number: int) -> None:
        """Write the table of all rounds so far."""
        rounds = self.rounds()
        files = {
            self.folder / "rounds.json": _text([one.to_json() for one in rounds]),
            self.folder / "rounds.md": as_markdown(rounds, self.config.decoding.beam).encode(),
        }
        write_all(files)


def as_markdown(rounds: Sequence[Round], beam: int) -> str:
    """A row a round, as Markdown."""
    kinds = list(rounds[0].programs.kinds)
    headings = [
        "round",
        "replaced",
        "mean length",
        *kinds,
        "top-1",
        f"consistent@{beam}",
        f"oracle@{beam}",
        "p",
    ]
    rows = []
    for one in rounds:
        num = max(one.programs.num_tasks, 1)
        pair = one.against_first
        rows.append(
            [
                str(one.number),
                "-" if not one.number else f"{one.programs.num_replaced / num:.1%}",
                f"{one.programs.mean_length:.1f}",
                *(f"{one.programs.kinds[kind] / num:.1%}" for kind in kinds),
                *(str(one.rates[name]) for name in _PROTOCOLS),
                "-" if pair is None else f"{pair.p:.2g}",
            ]
        )
    num_tasks = rounds[0].programs.num_tasks
    legend = f"""
- {num_tasks:,} training tasks. Replaced: programs for which the round before has a shorter one.
- Lengths in tokens. Per cent of the test tasks with the 95 % interval (Wilson).
- p: McNemar's exact test of consistent@{beam} against round 0.
"""
    return "\n".join(table(headings, rows)) + "\n" + legend


def _consistent(found: Evaluation) -> list[bool]:
    return [record.consistent for record in found.records]


def _copy_model(model: Path, target: Path) -> None:
    """Copy weights and card."""
    suffix = ".json"
    card = model.with_suffix(suffix).read_bytes()
    write_all({target: model.read_bytes(), target.with_suffix(suffix): card})


def _digest(model: Path) -> str:
    """The digest of a model's weights, from its card."""
    return str(read_card(model.with_suffix(".json")).get("digest", ""))


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise InputError("missing or damaged", str(path), "Delete it; the run makes it again.") from None


def _text(document: object) -> bytes:
    return (json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode()
