"""How many tasks on lists that other people wrote the enumeration of terms solves, in a time of a task.

A file has a task a line: `examples` and perhaps `held_out`, each of `input` (a number, a list, or an object
of both) and `output`. The first program that is given counts, as it is in C: it is right where the machine
gives every output, the held-out ones too. Tasks of odd and of even lines are counted apart, and so are
costs, to see what a cost says.

    python benchmarks/list_terms.py list_functions.jsonl --limit 10
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from lasynth.domains.base import Status
from lasynth.domains.c.lists.layout import (
    LIST_WIDTH,
    LISTS_AT,
    NUM_LISTS_AT,
    NUM_NUMBERS_AT,
    NUMBER,
    NUMBERS_AT,
    input_width,
)
from lasynth.domains.c.lists.machine import run_batch
from lasynth.domains.c.lists.parser import parse, to_tokens
from lasynth.domains.c.lists.printer import format_program
from lasynth.domains.c.lists.syntax import Program
from lasynth.domains.c.lists.terms import prepare, programs

Value = tuple[int, ...] | int
Example = tuple[tuple[Value, ...], Value]

NATS_TOGETHER = 4


def tasks(path: Path) -> Iterator[tuple[list[Example], list[Example]]]:
    for line in path.read_text().splitlines():
        record = json.loads(line)
        yield (
            [(inputs(each["input"]), value(each["output"])) for each in record["examples"]],
            [(inputs(each["input"]), value(each["output"])) for each in record.get("held_out", ())],
        )


def inputs(given: object) -> tuple[Value, ...]:
    return tuple(map(value, given.values())) if isinstance(given, dict) else (value(given),)


def value(given: object) -> Value:
    return tuple(map(int, given)) if isinstance(given, list) else int(given)  # type: ignore[call-overload]


def laid_out(values: Sequence[Value]) -> np.ndarray:
    lists = [each for each in values if isinstance(each, tuple)]
    numbers = [each for each in values if not isinstance(each, tuple)]
    row = np.zeros(input_width(len(lists)), np.int32)
    row[NUM_LISTS_AT], row[NUM_NUMBERS_AT] = len(lists), len(numbers)
    row[NUMBERS_AT : NUMBERS_AT + len(numbers)] = numbers
    for place, cells in enumerate(lists):
        start = LISTS_AT + LIST_WIDTH * place
        row[start] = len(cells)
        row[start + 1 : start + 1 + len(cells)] = cells
    return row


def is_right(program: Program, examples: Sequence[Example]) -> bool:
    tokens = to_tokens(parse(format_program(program)))
    rows = np.stack([laid_out(given) for given, _ in examples])
    outputs_PKM, statuses_PK = run_batch(tokens[None], rows)
    for row, status, (_, wanted) in zip(outputs_PKM[0], statuses_PK[0], examples, strict=True):
        got = int(row[1]) if row[0] == NUMBER else tuple(row[1 : 1 + max(row[0], 0)].tolist())
        if program.result.value == "in place":
            got = tuple(row[1 : 1 + row[0]].tolist())
        if status != Status.OK or got != wanted:
            return False
    return True


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file", type=Path)
    parser.add_argument("--limit", type=float, default=10.0, help="seconds of CPU time a task")
    parser.add_argument("--lines", choices=("even", "odd", "all"), default="all")
    parser.add_argument("--show", action="store_true", help="print the program of each even line")
    args = parser.parse_args()
    prepare()
    halves = {half: Counter[str]() for half in ("even", "odd") if args.lines in (half, "all")}
    by_cost: dict[int, Counter[str]] = {}
    seconds = []
    for line, (shown, held_out) in enumerate(tasks(args.file), 1):
        half = "odd" if line % 2 else "even"
        if half not in halves:
            continue
        end_s = time.process_time() + args.limit
        start_s = time.process_time()
        found = next(
            programs(
                [given for given, _ in shown],
                [wanted for _, wanted in shown],
                expired=lambda end_s=end_s: time.process_time() >= end_s,  # type: ignore[misc]
            ),
            None,
        )
        took_s = time.process_time() - start_s
        result = "unsolved"
        if found is not None:
            result = "right" if is_right(found[0], [*shown, *held_out]) else "wrong"
            group = int(found[1]) // NATS_TOGETHER * NATS_TOGETHER
            by_cost.setdefault(group, Counter())[result] += 1
            seconds.append(took_s)
        halves[half][result] += 1
        if args.show and half == "even":
            print(line, result, f"{took_s:.2f} s", found and found[1])
            print(format_program(found[0]) if found else "")
    for half, counts in halves.items():
        print(half, dict(counts))
    for group, counts in sorted(by_cost.items()):
        print(f"{group} to {group + NATS_TOGETHER} nats:", dict(counts))
    if seconds:
        print(f"median of those found: {np.median(seconds):.2f} s")


if __name__ == "__main__":
    main()
