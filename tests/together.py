"""One of several processes of a training run, and what starts them as torchrun does.

together.py train JOBS RANK   updates of each job in JOBS, a file of JSON; results in JOBS.RANK
together.py lasynth ...       the command line; in the process of number BREAK_RANK, with a fault
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from torch.distributed import TCPStore

WAIT_S = 600  # a hang fails the test


def start(count: int, *arguments: object, **environment: str) -> list[subprocess.Popen[str]]:
    """Start the processes of a run; each has a pipe for its messages."""
    # As torchrun does: what they leave for one another is kept outside, and outlives each of them.
    store = TCPStore("127.0.0.1", 0, is_master=True, wait_for_workers=False)
    shared = {"WORLD_SIZE": str(count), "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(store.port)}
    shared |= {"TORCHELASTIC_USE_AGENT_STORE": "True", "TORCHELASTIC_RESTART_COUNT": "0", **environment}
    command = [sys.executable, __file__, *map(str, arguments)]
    started = []
    for rank in range(count):
        own = {**os.environ, **shared, "RANK": str(rank), "LOCAL_RANK": str(rank)}
        started.append(subprocess.Popen(command, env=own, stderr=subprocess.PIPE, text=True))
        started[-1].store = store  # type: ignore[attr-defined]
    return started


def ended(processes: list[subprocess.Popen[str]]) -> tuple[list[int], list[str]]:
    """The statuses and the messages of all processes."""
    try:
        messages = [process.communicate(timeout=WAIT_S)[1] for process in processes]
    finally:
        for process in processes:
            process.kill()
    return [process.returncode for process in processes], messages


def updates(trainer: Any, count: int) -> list[dict[str, float]]:
    """The metrics of some updates."""
    found = []
    for _ in range(count):
        metrics = trainer.update(trainer._next_batch())
        found.append({name: float(value) for name, value in metrics.items()})
    return found


def train(jobs: Path) -> None:
    """Do the updates of each job, in one run with the others."""
    import torch

    from lasynth.data.dataset import Dataset
    from lasynth.training.config import TrainConfig
    from lasynth.training.loop import Trainer
    from lasynth.training.processes import joined

    torch.set_num_threads(1)
    found = []
    with joined("cpu") as processes:
        for job in json.loads(jobs.read_text()):
            config, folder = TrainConfig.from_json(job["config"]), Path(job["folder"])
            trainer = Trainer(config, Dataset.open(Path(job["data"])), folder, processes=processes)
            if job["resume"]:
                trainer.resume()
            found.append(updates(trainer, job["updates"]))
            processes.most(0)
            if processes.first:
                trainer.save()
            processes.most(0)  # nobody reads it before it is there
            weights = torch.cat([p.detach().flatten() for p in trainer.parameters])
            torch.save(weights, f"{folder}.{os.environ['RANK']}.pt")
        Path(f"{jobs}.{os.environ['RANK']}").write_text(json.dumps(found))


def lasynth() -> None:
    """The command line, in which a process fails at its sixth update as BREAK says."""
    from lasynth import cli
    from lasynth.training.loop import Trainer

    real, done = Trainer.losses_of, []

    def losses_of(trainer: Trainer, batch: Any) -> Any:
        done.append(batch)
        if len(done) == 6 and os.environ.get("BREAK_RANK") == os.environ["RANK"]:
            match os.environ["BREAK"]:
                case "kill":
                    os.kill(os.getpid(), signal.SIGKILL)
                case "term":
                    os.kill(os.getpid(), signal.SIGTERM)
                case "error":
                    raise MemoryError
                case "diverge":
                    trainer.parameters[0].data.fill_(float("nan"))
        return real(trainer, batch)

    Trainer.losses_of = losses_of  # type: ignore[method-assign]
    del sys.argv[1]
    cli.main()


if __name__ == "__main__":
    train(Path(sys.argv[2])) if sys.argv[1] == "train" else lasynth()
