"""Turn the verdicts of the peers (`experiments/peers.py`) into results of the study.

python experiments/table4/peers.py
"""

from __future__ import annotations

import json
from pathlib import Path

from lasynth.data.dataset import Dataset
from lasynth.evaluation import Evaluation, Record
from lasynth.evaluation.results import Result, TaskSet, task_set_digest, write_result

HERE = Path(__file__).parent
NUM_TASKS = 1000


def main() -> None:
    """Write one result for each peer."""
    tasks = Dataset.open(HERE.parent / "c-small" / "test.parquet", max_tasks=NUM_TASKS).tasks()
    lines = (HERE.parent / "peers" / "cvc5-test.jsonl").read_text().splitlines()
    verdicts = {line["id"]: line for line in map(json.loads, lines)}
    limits = next(iter(verdicts.values()))
    about = {
        "affine-fit": ("affine fit", "floor", ()),
        "cvc5": (
            "cvc5",
            "right",
            (
                f"{limits['time_limit']:g} s of CPU time a task, {limits['cell_limit']:g} s a cell.",
                "Its grammar and limits were chosen on validation tasks, and before that on some test tasks.",
            ),
        ),
    }
    for system, (title, key, remarks) in about.items():
        records = tuple(
            Record(
                id=task.id or "",
                greedy=verdicts[task.id][key],
                consistent=verdicts[task.id][key],
                oracle=verdicts[task.id][key],
                exact=None,
                floor=verdicts[task.id]["floor"],
                plain=None,
                plain_computed=False,
                kind=None,
                num_tokens=None,
                num_held_out=len(task.held_out),
                num_candidates=int(verdicts[task.id]["floor_shown" if key == "floor" else "shown"]),
                num_consistent=int(verdicts[task.id]["floor_shown" if key == "floor" else "shown"]),
                program=None,
                seconds=verdicts[task.id]["seconds"] if key == "right" else 0.0,
            )
            for task in tasks
        )
        result = Result(
            study="table4",
            system=system,
            title=title,
            seed=0,
            test_set=TaskSet("c-small", task_set_digest(tasks), len(tasks)),
            evaluation=Evaluation(records=records, domain="c", method="solver", beam=1, title=title),
            machine="two shared CPU cores, no accelerator",
            remarks=remarks,
        )
        print(write_result(result, HERE))


if __name__ == "__main__":
    main()
