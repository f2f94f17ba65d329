"""Karel models: training programs per second, and the cost of one encoding and one execution.

Times are the process's CPU time on one thread, so that other load on the machine matters little.

    python benchmarks/karel_models.py [--batch 16] [--rounds 8]
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor

from lasynth.domains.karel.grammar import NUM_TOKENS
from lasynth.domains.karel.language import LANGUAGE
from lasynth.domains.karel.sampler_config import KarelSamplerSettings
from lasynth.domains.karel.tasks import Verdict, draw_tasks
from lasynth.models import KarelConfig, build
from lasynth.models.karel.beliefs import WorldBeliefs
from lasynth.models.karel.encoder import ConvEncoder, FrameEncoder
from lasynth.models.karel.executor import ChangeExecutor
from lasynth.models.karel.planes import Planes, sides, to_planes
from lasynth.training.config import read_config
from lasynth.training.losses import losses

Batch = tuple[Tensor, Tensor, Tensor, Tensor]
NUM_ROWS = 70


def batches_of(size: int, num: int) -> list[Batch]:
    """Tokens, lengths and five shown examples; each batch has programs of similar length, as in training."""
    drawn = draw_tasks(KarelSamplerSettings.named("real"), 11, 0, 3 * size * num)
    accepted = np.flatnonzero(drawn.verdicts_P == Verdict.ACCEPTED)[: size * num]
    lengths = (drawn.tokens_PT != 0).sum(1) + 1
    ordered = accepted[np.argsort(lengths[accepted], kind="stable")]
    found = []
    for rows in np.array_split(ordered, num):
        tokens = torch.from_numpy(drawn.tokens_PT[rows, : lengths[rows].max()].astype(np.int64))
        shown = drawn.inputs_PKN[rows, :5], drawn.outputs_PKN[rows, :5]
        inputs, outputs = (torch.from_numpy(worlds) for worlds in shown)
        found.append((tokens, torch.from_numpy(lengths[rows].astype(np.int64)), inputs, outputs))
    return found


def trainer_of(config: KarelConfig) -> Callable[[Batch], None]:
    """A function for one update of a model, including the preparation of its data."""
    torch.manual_seed(0)
    model = build(config)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, fused=True)

    def update(batch: Batch) -> None:
        tokens, lengths, inputs, outputs = batch
        along = LANGUAGE.grammar.allowed_along(tokens.numpy().astype(np.int32), NUM_TOKENS)
        allowed = torch.from_numpy(along)
        result = model(tokens, lengths, inputs, outputs, allowed.sum(-1) > 1)
        executed = None
        if len(result.row_X):
            rows, positions = result.row_X.numpy(), result.position_X.numpy()
            partial, _ = LANGUAGE.machine.run_partial(
                tokens.numpy().astype(np.int32), inputs.numpy(), rows, positions
            )
            executed = WorldBeliefs().compare(result, inputs, outputs, torch.from_numpy(partial))
        found = losses(result, tokens, allowed, executed, exec_weight=0.3, op_weight=0.0)
        optimizer.zero_grad(set_to_none=True)
        found.total.backward()  # type: ignore[no-untyped-call]
        optimizer.step()

    return update


def milliseconds(compute: Callable[[], object], rounds: int) -> float:
    """The median time."""
    times = []
    for _ in range(rounds):
        begun = time.process_time()
        compute()
        times.append(time.process_time() - begun)
    return 1e3 * statistics.median(times)


def parts(batches: Sequence[Batch], hidden: int, rounds: int) -> None:
    """The cost of 350 encodings and executions, forward and backward."""
    inputs = torch.cat([batch[2] for batch in batches])[:NUM_ROWS]
    outputs = torch.cat([batch[3] for batch in batches])[:NUM_ROWS]
    box = sides(inputs)
    planes = to_planes(inputs, *box).requires_grad_()
    state = torch.randn(len(inputs), hidden)
    executor, values = ChangeExecutor(hidden, hidden), Planes()
    encoders = {"frame": FrameEncoder(hidden, hidden), "conv 8, 1 block": ConvEncoder(8, 1, hidden)}
    for name, encoder in encoders.items():

        def encode(encoder: FrameEncoder | ConvEncoder = encoder) -> None:
            encoder(planes, encoder.goals(outputs, *box)).sum().backward()

        print(f"{5 * len(inputs)} encodings, {name}: {milliseconds(encode, rounds):.1f} ms")

    def execute() -> None:
        executor(planes, state, values).square().sum().backward()

    print(f"{5 * len(inputs)} executions: {milliseconds(execute, rounds):.1f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=8)
    given = parser.parse_args()
    torch.set_num_threads(1)
    batches = batches_of(given.batch, given.rounds)
    for preset in ("karel-lasynth", "karel-no-executor"):
        config = read_config(preset).model
        assert isinstance(config, KarelConfig)
        update = trainer_of(config)
        update(batches[0])
        begun = time.process_time()
        for batch in batches:
            update(batch)
        seconds = time.process_time() - begun
        print(f"{preset}: {len(batches) * given.batch / seconds:.0f} programs a second")
    parts(batches, 128, given.rounds)


if __name__ == "__main__":
    main()
