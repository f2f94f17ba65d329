"""Programs of a made-up language cut, chained and run in part."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from toy import EOS, TABLES, text_of, tokens_of

from lasynth.domains.base import Status
from lasynth.domains.kit.parts import beginnings, chain, run_partial
from lasynth.grammar import IntArray


def begun(text: str) -> list[str]:
    return [text_of(part) for part in beginnings(TABLES, tokens_of(text))]


def chained(first: str, second: str) -> str | None:
    tokens = chain(TABLES, tokens_of(first), tokens_of(second))
    return None if tokens is None else text_of(tokens)


def test_beginnings() -> None:
    loop = "loop i { set x 0 set x 1 } else { set x 1 }"
    assert begun(f"let x set x 0 {loop} EOS EOS") == ["let x set x 0 EOS", f"let x set x 0 {loop} EOS"]
    assert begun("let x") == []
    assert begun("set x 0") == ["set x 0 EOS"]
    # If a program does not parse to its end, its complete beginnings are found.
    assert begun("set x 0 set x 1 set set") == ["set x 0 EOS", "set x 0 set x 1 EOS"]


def test_chains() -> None:
    assert chained("let x set x 0 EOS", "set i 1") == "let x set x 0 set i 1 EOS"
    # A name is declared once per program; loops may share a name, but not with a declaration.
    assert chained("let x set x 0", "let x set x 1") == "let x let y set x 0 set y 1 EOS"
    loop = "loop i { set x 0 }"
    assert chained(loop, loop) == f"{loop} {loop} EOS"
    assert chained("let i set i 0", loop) == "let i set i 0 loop j { set x 0 } EOS"
    assert chained("let x let y", "let x") is None
    assert chained("set x", "set x 0") is None


def test_partial_runs_close_what_the_cut_leaves_open() -> None:
    seen: list[str] = []

    def run_batch(
        tokens_PT: IntArray, inputs_PKN: npt.NDArray[Any]
    ) -> tuple[npt.NDArray[Any], npt.NDArray[np.uint8]]:
        seen.extend(map(text_of, tokens_PT))
        statuses_PK = np.full(inputs_PKN.shape[:2], Status.OK, dtype=np.uint8)
        statuses_PK[0] = Status.INVALID
        return inputs_PKN, statuses_PK

    tokens_BT = np.stack([[*tokens_of("set x 0 set x 1"), EOS], [*tokens_of("set i 1"), EOS, EOS, EOS, EOS]])
    inputs_BKN = np.arange(6).reshape(2, 3, 1)
    rows, lengths = np.array([1, 0, 0]), np.array([2, 3, 7])
    outputs, known = run_partial(TABLES, run_batch, tokens_BT, inputs_BKN, rows, lengths)
    assert seen == [
        "set i EOS EOS EOS EOS EOS EOS",
        "set x 0 EOS EOS EOS EOS EOS",
        "set x 0 set x 1 EOS EOS",
    ]
    assert np.array_equal(outputs, inputs_BKN[rows])
    assert known.all(axis=1).tolist() == [False, True, True]
