"""A stand-in for the language `c-lists`: what models need of it."""

from __future__ import annotations

from typing import Any

import numpy as np

from lasynth import domains
from lasynth.domains.base import Language, Machine, Status, Syntax, Text
from lasynth.domains.c.lists import grammar
from lasynth.domains.c.lists.machine import run_batch
from lasynth.domains.c.lists.mask import MASKING


def run_partial(tokens_BT: Any, inputs_BKN: Any, row_X: Any, length_X: Any) -> tuple[Any, Any]:
    columns = np.arange(tokens_BT.shape[1] + 1)
    rows = np.pad(tokens_BT, ((0, 0), (0, 1)), constant_values=grammar.EOS)[row_X]
    prefixes = np.where(columns < length_X[:, None], rows, grammar.EOS).astype(np.int32)
    outputs, statuses = run_batch(prefixes, inputs_BKN[row_X])
    outputs[statuses != Status.OK] = np.iinfo(np.int32).max
    return outputs, np.isin(statuses, [Status.OK, Status.NO_VALUE])


def _none(*args: Any) -> Any:
    raise NotImplementedError


LANGUAGE = Language(
    name="c-lists",
    dialect="lists",
    grammar=Syntax(
        bos=grammar.BOS,
        eos=grammar.EOS,
        num_tokens=grammar.FIRST_INT + 101,
        lexeme=grammar.lexeme,
        mask=MASKING.mask,
        allowed_along=MASKING.allowed_along,
        kind=_none,
        open_ended=True,
        fence="c",
    ),
    text=Text(parse=_none, format=_none, to_tokens=_none, from_tokens=_none),
    values=domains.get("c").values,
    machine=Machine(run_batch=run_batch, run_partial=run_partial),
)
domains._OWN.setdefault("c-lists", "lists_language")
