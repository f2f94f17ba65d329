"""Make the task files of `lists/` and `fig5/` from the reference programs beside them.

    python examples/build.py

Every `solutions/NAME.c` becomes `NAME.json` (for `lasynth solve`) and one line of `tasks.jsonl` (for
`lasynth evaluate`). Its first line, a comment, says what it does; the rest is the program.

Inputs are lists of 5 values in [-4, 4], drawn by rejection so that outputs stay in that range too.
Five are shown and five held out. Either five are chosen so that near misses of the program (one token
changed, or some tokens dropped) fail on them: so every branch that matters is met, and a program that
is right on all ten examples is rarely so by accident. The files are a function of the programs and
this script alone.
"""

from __future__ import annotations

import json
import zlib
from pathlib import Path

import numpy as np
import numpy.typing as npt

from lasynth import domains
from lasynth.domains.base import Status

NUM_CELLS, MAX_VALUE = 5, 4
NUM_SHOWN, NUM_HELD_OUT = 5, 5
POOL_SIZE = 300  # inputs to choose the examples from
NUM_OFFERED = 10  # at random, when one is chosen; fewer make examples more varied
NEAR_MISS_FUEL = 200  # loop tests; near misses may loop for ever
MAX_DROPPED = 24  # tokens

FOLDER = Path(__file__).parent
C = domains.get("c")
IntArray = npt.NDArray[np.int32]


def build(folder: Path) -> dict[str, str]:
    """The text of each task file of a folder, by file name, without writing it."""
    texts, lines = {}, []
    for source in sorted((folder / "solutions").glob("*.c")):
        task = make_task(source)
        lines.append(json.dumps(task))
        texts[f"{source.stem}.json"] = readable(task)
    texts["tasks.jsonl"] = "".join(f"{line}\n" for line in lines)
    return texts


def make_task(source: Path) -> dict[str, object]:
    """The task of one reference program, as the task format has it (`docs/task-format.md`)."""
    comment, program = source.read_text().split("\n", 1)
    tokens = C.text.tokens_of(program)
    rng = np.random.default_rng(zlib.crc32(source.stem.encode()))
    inputs_PN, outputs_PN = draw_pool(tokens, rng)
    fails_MP = near_miss_failures(tokens, inputs_PN, outputs_PN)
    examples = [
        {"input": inputs_PN[i].tolist(), "output": outputs_PN[i].tolist()} for i in choose(fails_MP, rng)
    ]
    return {
        "id": source.stem,
        "domain": "c",
        "description": comment.removeprefix("// "),
        "examples": examples[:NUM_SHOWN],
        "held_out": examples[NUM_SHOWN:],
        "program": program,
    }


def draw_pool(tokens: IntArray, rng: np.random.Generator) -> tuple[IntArray, IntArray]:
    """Distinct inputs on which a program runs well and stays in range, and its outputs: two `[P, N]`.

    Half of the lists are uniform, the others ordered, of few distinct values or mostly of one sign,
    as the tasks are about order, zeros and repeats.
    """
    lists = rng.integers(-MAX_VALUE, MAX_VALUE + 1, size=(40 * POOL_SIZE, NUM_CELLS), dtype=np.int32)
    lists[0::8].sort(axis=1)
    lists[2::8] = rng.integers(-1, 2, size=lists[2::8].shape)
    lists[4::8] = rng.integers(0, MAX_VALUE + 1, size=lists[4::8].shape)
    lists[6::8] //= 2
    _, first = np.unique(lists, axis=0, return_index=True)
    lists = lists[np.sort(first)]
    outputs_1KN, statuses_1K = C.machine.run_batch(tokens[None], lists)
    kept = (statuses_1K[0] == Status.OK) & (np.abs(outputs_1KN[0]) <= MAX_VALUE).all(axis=1)
    return lists[kept][:POOL_SIZE], outputs_1KN[0][kept][:POOL_SIZE]


def near_miss_failures(tokens: IntArray, inputs_PN: IntArray, outputs_PN: IntArray) -> npt.NDArray[np.bool_]:
    """Which near miss fails on which input: `[M, P]`, without those that fail on none."""
    length = int(np.flatnonzero(tokens == C.grammar.eos)[0])
    rows = []
    replacements = np.unique(np.concatenate([np.arange(2, C.grammar.num_tokens), tokens[:length]]))
    for position in range(length):
        for replacement in replacements:
            row = tokens.copy()
            row[position] = replacement
            rows.append(row)
        for end in range(position + 1, min(position + MAX_DROPPED, length) + 1):
            row = np.full_like(tokens, C.grammar.eos)
            row[: len(tokens) - end + position] = np.concatenate([tokens[:position], tokens[end:]])
            rows.append(row)
    misses_MT = np.stack(rows)
    # Most of them are no programs at all: they fail on everything, tell nothing, and are left out.
    outputs_MPN, statuses_MP = C.machine.run_batch(misses_MT, inputs_PN, fuel=NEAR_MISS_FUEL)
    is_program = statuses_MP[:, 0] != Status.INVALID
    fails_MP = (statuses_MP != Status.OK) | (outputs_MPN != outputs_PN).any(axis=2)
    return fails_MP[is_program & fails_MP.any(axis=1)]


def choose(fails_MP: npt.NDArray[np.bool_], rng: np.random.Generator) -> list[int]:
    """Inputs for the shown and the held-out examples, in this order."""
    chosen: list[int] = []
    for count in (NUM_SHOWN, NUM_HELD_OUT):
        fresh = len(chosen)
        for _ in range(count):
            # A near miss that failed already counts a tenth, and so on; integers, so that sums are exact.
            weight_M = 10 ** (count - fails_MP[:, chosen[fresh:]].sum(axis=1))
            others = np.setdiff1d(np.arange(fails_MP.shape[1]), chosen)
            offered = rng.choice(others, NUM_OFFERED, replace=False)
            chosen.append(int(offered[(weight_M @ fails_MP[:, offered]).argmax()]))
    return chosen


def readable(task: dict[str, object]) -> str:
    """A task as JSON with one example a line."""
    parts = []
    for key, value in task.items():
        if isinstance(value, list):
            examples = ",\n".join(f"    {json.dumps(example)}" for example in value)
            parts.append(f'  "{key}": [\n{examples}\n  ]')
        else:
            parts.append(f'  "{key}": {json.dumps(value)}')
    return "{\n" + ",\n".join(parts) + "\n}\n"


if __name__ == "__main__":
    for name in ("lists", "fig5"):
        for file_name, text in build(FOLDER / name).items():
            (FOLDER / name / file_name).write_text(text)
