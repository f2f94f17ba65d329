"""Data regeneration (section 3.4 of the paper): shorter programs from a model.

Each task of a shard is decoded by a search with the model. Its reference is replaced by the shortest proposal
that reproduces all examples of the task, shown and held out, and is shorter than the reference. Nothing else
of the task changes. Its examples stay, and so does the hash that decides its split.

Shapes: P programs, T tokens, K examples, N numbers of an input or output.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Final

import numpy as np
import numpy.typing as npt

from lasynth import domains
from lasynth.config import Config, Count, Size
from lasynth.data.shards import ShardInfo, TaskTable, read_info, read_shard, write_shard
from lasynth.domains.base import Tokens
from lasynth.domains.kit.rows import padded
from lasynth.errors import ShardError
from lasynth.models import Grounded, can_be_grounded, load
from lasynth.models.threads import threads
from lasynth.places import place_of
from lasynth.search import Beam, Problem, Scorer, SearchConfig, SearchResult, search

__all__ = ["Decoding", "ShardWork", "problems_of", "regenerate", "regenerate_shard", "scorer_of"]

_KEY: Final = "regenerated"  # of a shard's configuration


@dataclass(frozen=True, slots=True)
class Decoding(Config):
    """How tasks are decoded.

    Attributes:
        beam: width of the search.
        max_tokens: the longest program searched for, its EOS included.
        max_rows: hypotheses in one batch: it sets how many tasks are decoded together. It is part of the
            result, as a batch of another size may round otherwise.
        grounded: whether the machine corrects the beliefs of a model that has some.
    """

    WHERE: ClassVar[str] = "decoding"

    beam: Size = 64
    max_tokens: Size = 256
    max_rows: Size = 256
    grounded: bool = False


@dataclass(frozen=True, slots=True)
class ShardWork:
    """One shard to decode; the item of a runner's map.

    Attributes:
        source: the shard to read, a path or a URL.
        target: the shard to write, likewise.
        digest: of the model, for the new shard's metadata.
        round: number of the round, from 1, for the metadata.
        decoding: how.
        threads: of torch; results may differ in rounding between numbers of threads.
    """

    source: str
    target: str
    digest: str
    round: Count
    decoding: Decoding
    threads: Size = 1


def scorer_of(model: Path, decoding: Decoding) -> Scorer:
    """The model to decode with, from its weights."""
    synthesizer = load(model)
    return Grounded(synthesizer) if decoding.grounded and can_be_grounded(synthesizer) else synthesizer


def problems_of(table: TaskTable, info: ShardInfo) -> list[Problem]:
    """The tasks of a shard as problems of finding a program shorter than the reference.

    The examples behind the shown ones are held out.
    """
    language = domains.get(info.domain)
    shown = info.num_examples // 2 if info.num_shown is None else info.num_shown
    lengths_P = _lengths(table, language.grammar.eos)
    inputs, outputs = (array.astype(language.values.dtype) for array in (table.inputs_PKN, table.outputs_PKN))
    return [
        Problem(
            language,
            inputs[row, :shown],
            outputs[row, :shown],
            (inputs[row, shown:], outputs[row, shown:]) if shown < info.num_examples else None,
            max_tokens=int(lengths_P[row]) - 1,
        )
        for row in range(len(table))
    ]


def regenerate(
    table: TaskTable, info: ShardInfo, scorer: Scorer, decoding: Decoding
) -> tuple[TaskTable, npt.NDArray[np.bool_]]:
    """Decode the tasks of a shard and take over the programs that are right on all examples and shorter.

    Args:
        table, info: the shard.
        scorer: the model.
        decoding: how.

    Returns:
        `(table, replaced_P)`: the tasks with their new references, and which of them have a new one.
    """
    language = domains.get(info.domain)
    eos = language.grammar.eos
    lengths_P = _lengths(table, eos)
    problems = problems_of(table, info)
    # A beam proposes shorter programs first, so the first one that is right on all examples is the shortest.
    # Of equally short ones, which are proposed together, all are there.
    limits = SearchConfig(
        max_tokens=decoding.max_tokens,
        enough=1,
        with_held_out=True,
        max_rows=decoding.max_rows,
        num_probes=0,
    )
    results = search([Beam(scorer=scorer, width=decoding.beam)], problems, limits)
    programs: list[Tokens] = []
    replaced_P = np.zeros(len(table), dtype=np.bool_)
    for row, (problem, result) in enumerate(zip(problems, results, strict=True)):
        found = _shortest_right(problem, result, int(lengths_P[row]))
        replaced_P[row] = found is not None
        programs.append(table.tokens_PT[row, : lengths_P[row]].astype(np.int32) if found is None else found)
    tokens_PT = padded(programs, eos)
    kinds_P = language.generator().kinds_of(tokens_PT)
    # The kind of what stays is not computed anew: it stays to the byte.
    kinds_P = np.where(replaced_P, kinds_P, table.kinds_P).astype(table.kinds_P.dtype)
    return dataclasses.replace(table, tokens_PT=tokens_PT.astype(np.int16), kinds_P=kinds_P), replaced_P


def _lengths(table: TaskTable, eos: int) -> npt.NDArray[np.int64]:
    """The lengths of the references, EOS included."""
    lengths_P: npt.NDArray[np.int64] = (table.tokens_PT != eos).sum(axis=1) + 1
    return lengths_P


def _shortest_right(problem: Problem, result: SearchResult, length: int) -> Tokens | None:
    """The shortest proposal that is right on every example and shorter than `length`, EOS included.

    Of equally short ones the best by score counts.
    """
    found = [one.tokens for one in result.proposals if one.consistent and len(one.tokens) < length]
    right = problem.right_on_held_out(found)
    return min((tokens for tokens, fine in zip(found, right, strict=True) if fine), key=len, default=None)


def regenerate_shard(work: ShardWork, scorer: Scorer) -> int:
    """Read a shard, regenerate it and write the new one, unless it is there; its number of tasks.

    Args:
        work: what is read and written.
        scorer: the model.

    Raises:
        ShardError: the source cannot be read, the target cannot be written, or there is a target that was
            made from something else.
    """
    source, target = place_of(work.source), place_of(work.target)
    wanted = regenerated_info(read_info(source), work)
    if target.exists():
        if read_info(target) != wanted:
            raise ShardError("made with other settings", str(target), "Delete it, or use another folder.")
        return wanted.num_tasks
    table, info = read_shard(source)
    # Set for the call alone: in the caller's process there may be other work.
    with threads(work.threads):
        new, replaced_P = regenerate(table, info, scorer, work.decoding)
    write_shard(target, new, dataclasses.replace(wanted, counts={"replaced": int(replaced_P.sum())}))
    return len(new)


def regenerated_info(info: ShardInfo, work: ShardWork) -> ShardInfo:
    """The metadata of a regenerated shard: those of its source, and what it was decoded with."""
    made: dict[str, Any] = {"round": work.round, "model": work.digest, **work.decoding.to_dict()}
    earlier = list(info.config.get(_KEY, []))
    return dataclasses.replace(info, config={**info.config, _KEY: [*earlier, made]}, counts={})
