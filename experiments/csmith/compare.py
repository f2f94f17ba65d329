"""Csmith's programs and the sampler's, side by side; how many of Csmith's become tasks, and in what time.

`python experiments/csmith/compare.py` measures and writes `compare.json` beside it (some minutes);
`--only-times` measures the times alone again, `--render` writes the tables of that file into
`docs/csmith.md`.
"""

from __future__ import annotations

import argparse
import json
import re
import resource
import time
from pathlib import Path
from typing import Any

import numpy as np

from lasynth.data.generate import make_shard
from lasynth.domains.c.constructs import constructs_of, depths_of
from lasynth.domains.c.csmith import OPTIONS, csmith_programs, csmith_source, csmith_version
from lasynth.domains.c.csmith_import import Reason, import_programs
from lasynth.domains.c.generator import CTaskGenerator
from lasynth.domains.c.grammar import token_of
from lasynth.domains.c.kinds import Kind, kinds_of
from lasynth.domains.c.simplify import simplify
from lasynth.domains.c.tasks import Verdict, draw_examples
from lasynth.domains.random import program_keys
from lasynth.grammar import IntArray

RESULT = Path(__file__).with_name("compare.json")
PAGE = Path(__file__).parents[2] / "docs" / "csmith.md"
SEED = 41
NUM_RUNS = 100  # runs of Csmith whose parts are timed separately
PERCENTILES = (5, 25, 50, 75, 95)


def num_statements(tokens_PT: IntArray) -> IntArray:
    """The number of statements of each program, including those inside loops and branches."""
    count = {text: (tokens_PT == token_of(text)).sum(axis=1) for text in (";", "for", "if", "int")}
    before = tokens_PT[:, :-2] == token_of("for")
    in_heads = (before & (tokens_PT[:, 2:] == token_of("int"))).sum(axis=1)
    declarations = count["int"] - in_heads
    return count[";"] - 2 * count["for"] - declarations + count["for"] + count["if"]


def describe(tokens_PT: Any) -> dict[str, Any]:
    """The distribution of `[P, T]` programs; shares from 0 to 1."""
    tokens_PT = tokens_PT.astype(np.int32)
    kinds, (blocks, loops) = kinds_of(tokens_PT), depths_of(tokens_PT)
    lengths, statements = (tokens_PT != 0).sum(axis=1), num_statements(tokens_PT)

    def rounded(values: Any) -> list[float]:
        return [round(float(value), 4) for value in values]

    return {
        "num_programs": len(tokens_PT),
        "kinds": {kind.label: round(float((kinds == kind).mean()), 4) for kind in Kind},
        "tokens": {
            "mean": round(float(lengths.mean()), 1),
            "p": rounded(np.percentile(lengths, PERCENTILES)),
        },
        "statements": {
            "mean": round(float(statements.mean()), 2),
            "p": rounded(np.percentile(statements, PERCENTILES)),
        },
        "block_depths": rounded(np.bincount(blocks) / len(blocks)),
        "loop_depths": rounded(np.bincount(loops) / len(loops)),
        "constructs": {text: round(float(uses.mean()), 4) for text, uses in constructs_of(tokens_PT).items()},
    }


def measure(config: CTaskGenerator, num_tasks: int) -> dict[str, Any]:
    """The programs of tasks of one configuration, raw and as references, and the counts of verdicts."""
    table, counts = make_shard(config, split="train", num_tasks=num_tasks, seed=SEED, shard=0)
    return {
        "raw": describe(table.raw_PT),
        "references": describe(table.tokens_PT),
        "affine": round(float(table.plain_P.mean()), 4),
        "counts": counts,
    }


def cpu_s() -> float:
    """CPU time of this process and of its ended child processes."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def time_parts() -> dict[str, Any]:
    """The CPU time of each step in milliseconds, and the number of programs and tasks of the runs."""
    few = csmith_programs(SEED, 0, 2)
    # Compile first, so that no step is timed with compilation.
    simplify(draw_examples(few.tokens_PT, few.keys_P, num_cells=5).tokens_PT)
    seeds = (program_keys(SEED + 1, 0, NUM_RUNS) % 2**31).tolist()
    clock = [cpu_s()]
    texts = [csmith_source(seed) for seed in seeds]
    clock.append(cpu_s())
    for seed, text in zip(seeds, texts, strict=True):
        import_programs(text or "", program_keys(SEED + 1, seed, 1))
    clock.append(cpu_s())
    imported = csmith_programs(SEED + 1, 0, NUM_RUNS)
    clock.append(cpu_s())
    tasks = draw_examples(imported.tokens_PT, imported.keys_P, num_cells=5)
    clock.append(cpu_s())
    rows = np.flatnonzero(tasks.verdicts_P == Verdict.ACCEPTED)
    simplify(tasks.tokens_PT[rows])
    clock.append(cpu_s())
    csmith, reading, _, examples, simplifying = (1000 * np.diff(clock)).tolist()
    return {
        "runs": NUM_RUNS,
        "pieces": imported.counts["pieces"],
        "programs": len(imported.tokens_PT),
        "accepted": len(rows),
        "csmith_ms_per_run": round(csmith / NUM_RUNS, 2),
        "import_ms_per_run": round(reading / NUM_RUNS, 2),
        "examples_ms_per_program": round(examples / len(imported.tokens_PT), 3),
        "simplify_ms_per_accepted": round(simplifying / len(rows), 2),
        "ms_per_accepted_before_simplifying": round((csmith + reading + examples) / len(rows), 2),
    }


def run(num_tasks: int) -> None:
    """Measure everything and write `compare.json`."""
    result = {
        "csmith_version": csmith_version(),
        "options": " ".join(OPTIONS),
        "seed": SEED,
        "num_tasks": num_tasks,
        "time": time_parts(),
        "csmith": measure(CTaskGenerator(source="csmith"), num_tasks),
        "paper": measure(CTaskGenerator.named("paper"), num_tasks),
        "small": measure(CTaskGenerator.named("small"), num_tasks),
    }
    RESULT.write_text(json.dumps(result, indent=1) + "\n")


def _times(clock: dict[str, Any]) -> str:
    return (
        f"In CPU time, over {clock['runs']} runs: {clock['csmith_ms_per_run']:.0f} ms a run in Csmith, "
        f"{clock['import_ms_per_run']:.0f} ms a run in the importer, "
        f"{clock['examples_ms_per_program']:.2f} ms a program for its examples. That is "
        f"{clock['ms_per_accepted_before_simplifying']:.0f} ms for each of the {clock['accepted']} programs "
        f"that passed, before repeats are dropped; to simplify one takes "
        f"{clock['simplify_ms_per_accepted']:.1f} ms more."
    )


def tables(result: dict[str, Any]) -> str:
    """The measured tables as Markdown."""
    counts, clock = result["csmith"]["counts"], result["time"]
    pieces = counts["csmith_pieces"]

    def share(number: int) -> str:
        return f"{number:,} | {number / pieces:.1%}"

    steps = [
        ("Runs of Csmith", f"{counts['csmith_runs']:,} | "),
        ("that took too long", f"{counts.get('csmith_timeout', 0):,} | "),
        ("**Pieces of their functions**", share(pieces)),
        *((f"lost: {REASONS[one]}", share(counts.get(f"csmith_{one}", 0))) for one in REASONS),
        ("**Programs of the subset**", share(counts["drawn"])),
        *((f"lost: {words}", share(counts.get(name, 0))) for name, words in FILTERS.items()),
        ("**Tasks**", share(counts["kept"])),
    ]
    lines = [
        "| Step | Count | Of pieces |",
        "|---|---|---|",
        *(f"| {name} | {text} |" for name, text in steps),
    ]
    lines += [
        "",
        _times(clock),
        "",
    ]
    columns = [
        (result["csmith"]["raw"], "Csmith, raw"),
        (result["paper"]["raw"], "`paper`, raw"),
        (result["csmith"]["references"], "Csmith, simplified"),
        (result["small"]["references"], "`small`, simplified"),
    ]
    lines.append("| | " + " | ".join(title for _, title in columns) + " |")
    lines.append("|---" * (len(columns) + 1) + "|")

    def row(name: str, cell: Any) -> None:
        lines.append(f"| {name} | " + " | ".join(cell(column) for column, _ in columns) + " |")

    row("programs", lambda d: f"{d['num_programs']:,}")
    for kind in Kind:
        row(kind.label, lambda d, kind=kind: f"{d['kinds'][kind.label]:.1%}")
    row("tokens, mean", lambda d: f"{d['tokens']['mean']:.0f}")
    row("tokens, percentiles 5 25 50 75 95", lambda d: " ".join(f"{value:.0f}" for value in d["tokens"]["p"]))
    row("statements, mean", lambda d: f"{d['statements']['mean']:.1f}")
    row("statements, percentiles", lambda d: " ".join(f"{value:.0f}" for value in d["statements"]["p"]))
    for what, depths in (("blocks", "block_depths"), ("loops", "loop_depths")):
        for depth in range(4):
            row(
                f"{what} nested {depth} deep" + (" or more" if depth == 3 else ""),
                lambda d, depths=depths, depth=depth: (
                    f"{sum(d[depths][depth : None if depth == 3 else depth + 1]):.1%}"
                ),
            )
    for text in result["csmith"]["raw"]["constructs"]:
        name = "`" + text.replace("|", "\\|") + "`"
        row(name, lambda d, text=text: f"{d['constructs'][text]:.1%}")
    names = {"csmith": "Csmith", "paper": "`paper`", "small": "`small`"}
    affine = ", ".join(f"{name} {result[key]['affine']:.1%}" for key, name in names.items())
    return "\n".join([*lines, "", f"Tasks that are an affine function of their input: {affine}."])


REASONS = {
    Reason.UNREADABLE: "not readable",
    Reason.EMPTY: "nothing left",
    Reason.NO_CELL: "assigns no cell",
    Reason.TOO_LONG: "one statement, too long",
    Reason.TOO_MANY_NAMES: "too many loop variables",
}
FILTERS = {
    "invalid": "not a program (a bug)",
    "fails": "fails or leaves the range on nearly every list",
    "few_inputs": "too few lists on which it stays in range",
    "constant": "constant",
    "identity": "identity",
    "other_split": "belongs to another split",
    "repeated_text": "same text as another",
    "repeated_behaviour": "same behaviour as another",
    "simplified_wrongly": "behaviour not kept by the simplifier",
}


def render() -> None:
    page = PAGE.read_text()
    block = f"<!-- compare.py -->\n{tables(json.loads(RESULT.read_text()))}\n<!-- end -->"
    PAGE.write_text(re.sub(r"<!-- compare\.py -->.*?<!-- end -->", lambda _: block, page, flags=re.DOTALL))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--num-tasks", type=int, default=3000, help="of each setting")
    parser.add_argument("--render", action="store_true", help="write the tables into docs/csmith.md")
    parser.add_argument("--only-times", action="store_true", help="measure the times again, nothing else")
    arguments = parser.parse_args()
    if arguments.render:
        render()
    elif arguments.only_times:
        result = json.loads(RESULT.read_text())
        RESULT.write_text(json.dumps({**result, "time": time_parts()}, indent=1) + "\n")
    else:
        run(arguments.num_tasks)
