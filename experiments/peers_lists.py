"""Solve the public tasks on lists with cvc5 (SyGuS) over integers and sequences of integers.

It writes one line of JSON per task, as soon as the task is done: `set`, `id`, `term` (what cvc5 found, as
text), `shown` (right on the shown examples), `held_out` (right on the held-out ones; null where there are
none), `stopped` (why there is no term), `seconds` and `time_limit`, both of cvc5's CPU time. Tasks that are
already in the file are skipped, so an interrupted run can be continued. At the end, or with `--table` alone,
it prints the rates.

    python experiments/peers_lists.py --out experiments/peers/cvc5-public-lists.jsonl
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from peers import read_lines, show

from lasynth.domains.c.lists.sygus import SequenceSolver
from lasynth.errors import LasynthError
from lasynth.evaluation.intervals import Rate
from lasynth.evaluation.public_lists import PUBLIC


def run(out: Path, *, time_limit: float) -> None:
    """Solve the tasks that are not in `out`, and append their lines.

    Raises:
        SystemExit: `out` was made with another limit.
    """
    lines = read_lines(out)
    if any(line["time_limit"] != time_limit for line in lines):
        raise SystemExit(f"{out} was made with another limit than {time_limit:g} s. Give another --out.")
    known = {(line["set"], line["id"]) for line in lines}
    out.parent.mkdir(parents=True, exist_ok=True)
    with SequenceSolver(time_limit=time_limit, cpu_time=True) as solver, out.open("a") as stream:
        for name, public in PUBLIC.items():
            for number, task in enumerate(public.tasks(), 1):
                if (name, task.id) in known:
                    continue
                result = solver.search(task.examples)
                program = result.program
                held_out = program is not None and program.solves(task.held_out)
                line = {
                    "set": name,
                    "id": task.id,
                    "term": None if program is None else str(program),
                    "shown": program is not None,
                    "held_out": held_out if task.held_out else None,
                    "stopped": result.stopped,
                    "seconds": round(result.seconds, 3),
                    "time_limit": time_limit,
                }
                stream.write(json.dumps(line) + "\n")
                stream.flush()
                if number % 20 == 0:
                    print(f"{name}: {number}", file=sys.stderr, flush=True)


def table(lines: list[dict[str, Any]]) -> str:
    """The rates, in per cent, with their 95 % intervals."""
    text = ["| tasks | right | wrong | unsolved | s/task |", "|---|---|---|---|---|"]
    for name in PUBLIC:
        found = [line for line in lines if line["set"] == name]
        if not found:
            continue
        rights = [line["shown"] and line["held_out"] is not False for line in found]
        wrongs = [line["shown"] and line["held_out"] is False for line in found]
        rates = [Rate.of(rights), Rate.of(wrongs), Rate.of(not line["shown"] for line in found)]
        seconds = sum(line["seconds"] for line in found) / len(found)
        text.append(f"| {name} ({len(found)}) | {' | '.join(map(str, rates))} | {seconds:.2f} |")
    stopped = Counter(line["stopped"] or "solved" for line in lines)
    text += ["", ", ".join(f"{reason} {count}" for reason, count in stopped.most_common()) + "."]
    return "\n".join(text)


def main() -> None:
    """Solve and print the rates, or only print the rates."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True, help="one line of JSON a task")
    parser.add_argument("--time-limit", type=float, default=10.0, help="seconds of CPU time a task")
    parser.add_argument("--table", action="store_true", help="print the rates of --out, solve nothing")
    options = parser.parse_args()
    if not options.table:
        try:
            run(options.out, time_limit=options.time_limit)
        except LasynthError as error:
            raise SystemExit(str(error)) from None
    show(options.out, table)


if __name__ == "__main__":
    main()
