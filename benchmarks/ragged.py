"""An LSTM over programs of different lengths: padded, packed, in pieces of time (`lasynth.models.ragged`).

Forward and backward at the shape of karel-exec: 16 programs with 5 examples each, two layers of 256. Lengths
are those of generated Karel programs. CPU time of one thread, the three taking turns in one run.

    python benchmarks/ragged.py [--rounds 12]
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from lasynth import domains
from lasynth.data.generate import make_shard
from lasynth.models.ragged import read_ragged

PROGRAMS, EXAMPLES, READ, SIZE = 16, 5, 160, 256

Start = tuple[Tensor, Tensor]


def packed(lstm: nn.LSTM, read_NTI: Tensor, lengths_N: Tensor, start: Start) -> Tensor:
    """The states by torch's own packing."""
    given = pack_padded_sequence(read_NTI, lengths_N, batch_first=True, enforce_sorted=False)
    states, _ = pad_packed_sequence(lstm(given, start)[0], batch_first=True, total_length=read_NTI.shape[1])
    return states


def ways() -> dict[str, Callable[[nn.LSTM, Tensor, Tensor, Start], Tensor]]:
    """What is compared, the padded one first."""

    def in_pieces(number: int) -> Callable[[nn.LSTM, Tensor, Tensor, Start], Tensor]:
        return lambda lstm, read, lengths, start: read_ragged(lstm, read, lengths, start, number)

    return {"padded": in_pieces(1), "packed": packed, **{f"{n} pieces": in_pieces(n) for n in (2, 4, 8)}}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=12)
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    lstm = nn.LSTM(READ, SIZE, 2, batch_first=True)
    table, _ = make_shard(domains.get("karel").generator()(), split="train", num_tasks=1000, seed=1, shard=0)
    lengths_P = (table.tokens_PT != domains.get("karel").grammar.eos).sum(axis=1) + 1
    rng = np.random.default_rng(0)
    times: dict[str, list[float]] = {name: [] for name in ways()}
    used = []
    for number in range(options.rounds + 1):
        drawn = rng.choice(lengths_P, PROGRAMS)
        used.append(drawn.mean() / drawn.max())
        lengths_N = torch.from_numpy(drawn).repeat_interleave(EXAMPLES)
        read_NTI = torch.randn(len(lengths_N), int(drawn.max()), READ)
        start = torch.zeros(2, 2, len(lengths_N), SIZE).unbind()
        inside = torch.arange(read_NTI.shape[1]) < lengths_N[:, None]
        for name, way in ways().items():
            begun = time.process_time()
            way(lstm, read_NTI, lengths_N, start)[inside].square().sum().backward()  # type: ignore[no-untyped-call]
            times[name].append(time.process_time() - begun)
        if number == 0:  # what is made on the first call
            for some in times.values():
                some.clear()
    padded = times["padded"]
    print(f"{100 * statistics.mean(used):.0f} % of the padded steps are of programs")
    for name, some in times.items():
        ratio = statistics.median(a / b for a, b in zip(padded, some, strict=True))
        print(f"{name:9} {1e3 * statistics.median(some):6.0f} ms, {ratio:.2f} times as fast as padded")


if __name__ == "__main__":
    main()
