"""How fast programs are simplified, how far, and how often equivalent ones end in one form.

Random programs of a named sampler setting that run through on nine of ten probes are cut down on one
core; best of three, Numba's compilation not counted. `fresh` is the share of programs whose simplified
form does something else on one of 500 random inputs that are not probes. `pairs` are pairs of programs
that do the same on all probes; `one form`, the share of them with equal text.

    python benchmarks/simplify.py --programs 10000 --seed 0
"""

from __future__ import annotations

import argparse
import platform
import time
from collections import Counter, defaultdict

import numba
import numpy as np

from lasynth.domains.c.grammar import EOS
from lasynth.domains.c.machine import run_batch
from lasynth.domains.c.sampler import SamplerConfig, sample_programs
from lasynth.domains.c.simplify import probes, simplify
from lasynth.grammar import IntArray

NUM_FRESH, NUM_RUNS = 500, 3


def share_with_one_form(tokens_PT: IntArray) -> tuple[int, float]:
    """Number of pairs of programs of equal behaviour, and the share of them with equal text."""
    outputs_PKN, statuses_PK = run_batch(tokens_PT, probes(5, 4))
    forms: dict[bytes, Counter[bytes]] = defaultdict(Counter)
    for tokens, outputs, statuses in zip(tokens_PT, outputs_PKN, statuses_PK, strict=True):
        if not statuses.any():
            forms[outputs.tobytes()][tokens.tobytes()] += 1
    pairs = sum(texts.total() * (texts.total() - 1) // 2 for texts in forms.values())
    equal = sum(count * (count - 1) // 2 for texts in forms.values() for count in texts.values())
    return pairs, equal / max(pairs, 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--programs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    print(
        f"{platform.processor() or platform.machine()}, Python {platform.python_version()}, numba {numba.__version__}"
    )
    fresh_KN = np.random.default_rng(options.seed).integers(-4, 5, (NUM_FRESH, 5), dtype=np.int32)
    for name in ("small", "paper"):
        programs_PT = sample_programs(SamplerConfig.named(name), options.seed, 0, options.programs)
        _, statuses_PK = run_batch(programs_PT, probes(5, 4))
        programs_PT = programs_PT[(statuses_PK == 0).mean(axis=1) > 0.9]
        simplify(programs_PT[:1])  # Numba's compilation
        seconds = []
        for _ in range(NUM_RUNS):
            start = time.perf_counter()
            short_PT = simplify(programs_PT)
            seconds.append(time.perf_counter() - start)
        before, after = ((tokens_PT != EOS).sum(axis=1) for tokens_PT in (programs_PT, short_PT))
        outputs_PKN, statuses_PK = run_batch(programs_PT, fresh_KN)
        now_PKN, now_PK = run_batch(short_PT, fresh_KN)
        other = (statuses_PK == 0) & ((now_PK != 0) | (outputs_PKN != now_PKN).any(axis=2))
        pairs, one_form = share_with_one_form(short_PT)
        print(
            f"{name}: {len(programs_PT)} programs, {1e3 * min(seconds) / len(programs_PT):.2f} ms each; "
            f"tokens {before.mean():.1f} -> {after.mean():.1f} (median {np.median(before):.0f} -> "
            f"{np.median(after):.0f}); fresh {other.any(axis=1).mean():.3%}; "
            f"pairs {pairs}, one form {one_form:.2%}"
        )


if __name__ == "__main__":
    main()
