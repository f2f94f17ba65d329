"""The time of the fused training step and of token-by-token steps, on the same model and programs.

Both compute only the same loss and its gradient, side by side in one run: cross-entropy over the positions
where the grammar leaves a choice, as in training. The token-by-token side feeds one token at a time to the
incremental path of the search, which gives the logits of every position on its way.

    python benchmarks/training.py [--batch 16] [--rounds 5]
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from lasynth.domains.c.grammar import BOS, FIRST_INT
from lasynth.domains.c.mask import MASKING
from lasynth.domains.c.sampler import sample_programs
from lasynth.domains.c.sampler_config import CSamplerSettings
from lasynth.models import LaSynth, LaSynthConfig, build

NUM_TOKENS = FIRST_INT + 17


def batch_of(num_programs: int, seed: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Random programs of at most 80 tokens, and random examples."""
    drawn = sample_programs(CSamplerSettings.named("small"), seed, 0, 8 * num_programs)
    lengths = (drawn != 0).sum(1) + 1
    fits = (lengths <= 80) & (drawn < NUM_TOKENS).all(1)
    chosen = drawn[fits][:num_programs, : lengths[fits][:num_programs].max()]
    tokens = torch.from_numpy(chosen.astype(np.int64))
    generator = torch.Generator().manual_seed(seed)
    lists = torch.randint(-4, 5, (2, len(tokens), 5, 5), generator=generator)
    return tokens, (tokens != 0).sum(1) + 1, lists[0], lists[1]


def choices(tokens: Tensor) -> Tensor:
    """Where the grammar allows more than one token: `[B, T]`."""
    allowed = MASKING.allowed_along(tokens.numpy().astype(np.int32), NUM_TOKENS)
    return torch.from_numpy(allowed.sum(-1) > 1)


def fused(model: LaSynth, tokens: Tensor, lengths: Tensor, inputs: Tensor, outputs: Tensor) -> Tensor:
    """Mean cross-entropy by the teacher-forced path."""
    result = model(tokens, lengths, inputs, outputs, choices(tokens))
    return functional.cross_entropy(result.logits_PV, tokens[result.row_P, result.position_P])


def stepped(model: LaSynth, tokens: Tensor, lengths: Tensor, inputs: Tensor, outputs: Tensor) -> Tensor:
    """Mean cross-entropy by the incremental path."""
    state = model.start(inputs, outputs)
    token = torch.full((len(tokens),), BOS)
    wanted = choices(tokens)
    total, count = torch.zeros(()), 0
    for position in range(tokens.shape[1]):
        logits, state = model.step(state, token)
        live = wanted[:, position] & (lengths > position)
        total = total + functional.cross_entropy(logits[live], tokens[live, position], reduction="sum")
        token = tokens[:, position]
        count += int(live.sum())
    return total / count


def seconds(compute: Callable[..., Tensor], model: LaSynth, batch: tuple[Tensor, ...]) -> float:
    """The time of one loss and its gradient."""
    begun = time.perf_counter()
    compute(model, *batch).backward()  # type: ignore[no-untyped-call]
    model.zero_grad(set_to_none=True)
    return time.perf_counter() - begun


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    torch.manual_seed(0)
    torch.set_num_threads(1)
    period = {"executor": "period", "period": 16}
    for name, parts in (("after each statement", {}), ("every 16 tokens", period)):
        model = build(LaSynthConfig(NUM_TOKENS, **parts))
        batch = batch_of(options.batch, seed=0)
        with torch.no_grad():
            difference = float(abs(fused(model, *batch) - stepped(model, *batch)))
        ratios, times = [], []
        for number in range(options.rounds):
            batch = batch_of(options.batch, seed=number + 1)
            pair = seconds(fused, model, batch), seconds(stepped, model, batch)
            times.append(pair)
            ratios.append(pair[1] / pair[0])
        fused_s, stepped_s = (statistics.median(pair[k] for pair in times) for k in (0, 1))
        print(
            f"executor {name}: fused {fused_s * 1e3:.0f} ms, stepped {stepped_s * 1e3:.0f} ms, "
            f"ratio {statistics.median(ratios):.1f} (of {options.rounds} rounds, batch {options.batch}); "
            f"losses differ by {difference:.1e}"
        )


if __name__ == "__main__":
    main()
