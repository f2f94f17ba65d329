"""The study of iterative retraining: data sets of several sizes, and a chain of rounds for each.

    experiments/STUDY/retraining.toml             the systems, their sizes, the paper's numbers
    experiments/STUDY/results/SYSTEM-SIZE.json    one chain: what each round learned from, and its verdicts

Figures 3, 4, 7 and 8 (a) and the pages are made from these files alone (`lasynth.evaluation.retrained`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from msgspec import Meta

from lasynth.config import Config, Count, Size, Weight, Width, read
from lasynth.data.dataset import Dataset
from lasynth.errors import InputError
from lasynth.evaluation._result import TaskSet, load
from lasynth.evaluation.intervals import Rate
from lasynth.evaluation.significance import Pair

__all__ = ["Chain", "ChainRound", "Programs", "Replaced", "RoundsStudy", "SystemEntry", "read_rounds_study"]

_Verdicts = Annotated[str, Meta(pattern="^[01]*$", description="a text of 0 and 1")]
_HINT = "docs/reports.md says what it holds."


@dataclass(frozen=True, slots=True)
class Programs(Config):
    """The reference programs of a round's training tasks.

    Attributes:
        num_tasks: how many.
        num_replaced: those that this round replaced.
        kinds: how many are of each kind, by its label.
        lengths: pairs of a length, in tokens without EOS, and how many have it.
        changes: a kind before this round, one after it, and how many went from one to the other, of kinds
            that differ.
    """

    WHERE: ClassVar[str] = "programs of a round"

    num_tasks: Count
    num_replaced: Count
    kinds: dict[str, Count]
    lengths: tuple[tuple[Count, Count], ...]
    changes: tuple[tuple[str, str, Count], ...] = ()

    @classmethod
    def of(cls, data: Dataset, before: Dataset | None) -> Programs:
        """Those of a data set, and the data set that it was decoded from; both drop the same repeats."""
        kinds = data.language.generator().KINDS
        # A program is replaced by a shorter one only.
        replaced = 0 if before is None else int((data.lengths_P < before.lengths_P).sum())
        lengths, counts = np.unique(data.lengths_P - 1, return_counts=True)
        changes = []
        for old in kinds if before is not None else ():
            assert before is not None
            for new in kinds:
                number = int(((before.kinds_P == old) & (data.kinds_P == new)).sum())
                changes += [(old.label, new.label, number)] if old != new and number else []
        return cls(
            len(data),
            replaced,
            {kind.label: int((data.kinds_P == kind).sum()) for kind in kinds},
            tuple(zip(lengths.tolist(), counts.tolist(), strict=True)),
            tuple(changes),
        )

    @property
    def mean_length(self) -> float:
        """In tokens without EOS."""
        return sum(length * count for length, count in self.lengths) / max(self.num_tasks, 1)

    def change(self, kind: str) -> Pair:
        """Programs that stopped being of a kind, and those that became so, as a pair for a paired test."""
        away = sum(count for old, _, count in self.changes if old == kind)
        to = sum(count for _, new, count in self.changes if new == kind)
        return Pair(away, to, self.num_tasks)


@dataclass(frozen=True, slots=True)
class ChainRound(Config):
    """One round of a chain. Verdicts are one character a test task, `1` for right.

    Attributes:
        programs: what the model was trained on.
        top1, consistent, oracle: verdicts by protocol (docs/metrics.md).
    """

    WHERE: ClassVar[str] = "round of a chain"

    programs: Programs
    top1: _Verdicts
    consistent: _Verdicts
    oracle: _Verdicts

    def misfit(self) -> tuple[str, str] | None:
        """Verdicts on different numbers of tasks."""
        same = len(self.top1) == len(self.consistent) == len(self.oracle)
        return None if same else ("top1, consistent and oracle have different numbers of verdicts", _HINT)

    @property
    def solved(self) -> Rate:
        """The rate of consistent@W."""
        return Rate(self.consistent.count("1"), len(self.consistent))

    def against(self, earlier: ChainRound) -> Pair:
        """Consistent@W of an earlier round, and of this one."""
        pairs = zip(earlier.consistent, self.consistent, strict=True)
        both = [f"{a}{b}" for a, b in pairs]
        return Pair(both.count("10"), both.count("01"), len(both))


@dataclass(frozen=True, slots=True)
class Replaced(Config):
    """A program that a round replaced.

    Attributes:
        round: the round.
        task: the number of the task in the data set, from 1.
        before, after: the programs, as text.
    """

    WHERE: ClassVar[str] = "replaced program"

    round: Size
    task: Size
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain(Config):
    """Round 0 and the rounds after it, of one system on one data set.

    Attributes:
        format: version of the file format.
        system: the name of its entry in the study.
        size: training tasks asked for: shards of a data set may repeat a behaviour, which is read once. Long
            programs among them are not trained on.
        domain: the language.
        machine: the machine of the run.
        test_set: the test tasks.
        beam: width of decoding and evaluation.
        training, decoding: the configuration as JSON.
        rounds: round 0 first.
        num_replaced: programs that the first round replaced, from which `replaced` was drawn.
        replaced: some of them, drawn at random.
        seed: of that draw.
    """

    WHERE: ClassVar[str] = "chain"

    format: Literal[1] = 1
    system: str
    size: Size
    domain: str
    machine: str = ""
    test_set: TaskSet
    beam: Width
    training: dict[str, Any]
    decoding: dict[str, Any]
    rounds: tuple[ChainRound, ...]
    num_replaced: Count = 0
    replaced: tuple[Replaced, ...] = ()
    seed: Count = 0

    def misfit(self) -> tuple[str, str] | None:
        """Rounds that do not belong together."""
        if not self.rounds:
            return "`rounds` is empty", _HINT
        if not isinstance(self.training.get("num_programs"), int):
            return "`training` does not say its num_programs", _HINT
        if any(len(one.consistent) != self.test_set.num_tasks for one in self.rounds):
            return f"not all rounds have the {self.test_set.num_tasks} verdicts of `test_set`", _HINT
        if len({tuple(one.programs.kinds) for one in self.rounds}) > 1:
            return "the rounds have different kinds of programs", _HINT
        return None

    @property
    def num_tasks(self) -> int:
        """The training tasks that there were."""
        return self.rounds[0].programs.num_tasks

    @property
    def file_name(self) -> str:
        """`SYSTEM-SIZE.json`."""
        return f"{self.system}-{self.size}.json"


@dataclass(frozen=True, slots=True)
class SystemEntry(Config):
    """A system of the study.

    Attributes:
        name: its name in file names.
        title: its name in print.
        domain: the language.
        sizes: of the data sets, rising.
        paper: consistent@64 in the paper with the full training set, in per cent, by round.
        note: remarks for readers, printed below its table.
        training, config: files of the configuration of each training, and of the training tasks; these and
            `tasks` are relative to `retraining.toml`.
        seed: of the training tasks.
        tasks: the file of the test tasks, of which the first `num_test` are used.
        beam, max_tokens: of decoding and evaluation.
    """

    WHERE: ClassVar[str] = "system"

    name: str
    title: str
    domain: str
    training: str
    config: str
    sizes: tuple[Size, ...]
    seed: Count
    tasks: str
    num_test: Size
    beam: Width
    max_tokens: Size
    paper: tuple[Weight, ...] = ()
    note: str = ""

    def misfit(self) -> tuple[str, str] | None:
        """Sizes that do not rise."""
        rise = self.sizes == tuple(sorted(set(self.sizes))) and self.sizes
        return None if rise else ("`sizes` is empty or does not rise", "Give the sizes in their order.")


@dataclass(frozen=True, slots=True)
class RoundsStudy(Config):
    """Systems and their chains. `retraining.toml` has all fields except `chains`.

    Attributes:
        title: its title in print.
        rounds: how many follow round 0.
        systems: the systems, in order.
        note: remarks for readers on the whole study.
        chains: the chains so far, in the order of the systems and sizes.
    """

    WHERE: ClassVar[str] = "study of retraining"

    title: str
    rounds: Size
    systems: tuple[SystemEntry, ...]
    note: str = ""
    chains: tuple[Chain, ...] = field(default=())

    def of(self, system: SystemEntry) -> tuple[Chain, ...]:
        """The chains of a system, by size."""
        return tuple(chain for chain in self.chains if chain.system == system.name)

    def in_language(self, domain: str) -> Sequence[tuple[SystemEntry, tuple[Chain, ...]]]:
        """The systems of a language that have chains, with these."""
        found = [(system, self.of(system)) for system in self.systems if system.domain == domain]
        return [(system, chains) for system, chains in found if chains]


def read_rounds_study(folder: Path) -> RoundsStudy:
    """Read a study of retraining: `retraining.toml` and every chain in `results`.

    Raises:
        InputError: a file is wrong or does not belong to the study, or chains of a system were measured on
            other tasks or with another search.
    """
    path = folder / "retraining.toml"
    study = read(RoundsStudy, load(path, _HINT), where=str(path))
    order = {system.name: number for number, system in enumerate(study.systems)}
    found: dict[str, Chain] = {}
    first: dict[str, tuple[Path, Chain]] = {}
    for file in sorted((folder / "results").glob("*.json")):
        chain = read(Chain, load(file, _HINT), where=str(file))
        if chain.file_name != file.name:
            raise InputError(f"it holds {chain.file_name}", str(file), f"Rename it to {chain.file_name}.")
        if chain.system not in order or chain.size not in study.systems[order[chain.system]].sizes:
            hint = f"Add it to {path}, or remove the file."
            raise InputError(f"the study has no {chain.system} of {chain.size} tasks", str(file), hint)
        known_path, known = first.setdefault(chain.system, (file, chain))
        if (chain.test_set, chain.beam, chain.domain) != (known.test_set, known.beam, known.domain):
            what = f"may not be compared with {known_path}: other test tasks, or another beam"
            raise InputError(what, str(file), "Evaluate both in the same way, or remove one of them.")
        found[file.name] = chain
    chains = sorted(found.values(), key=lambda chain: (order[chain.system], chain.size))
    return replace(study, chains=tuple(chains))
