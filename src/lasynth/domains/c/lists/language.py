"""The dialect `lists` of C as a `Language` (`docs/c-lists.md`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import numpy as np
import numpy.typing as npt

from lasynth.domains.base import Checker, Language, Machine, Status, Syntax, Text, Tokens, View
from lasynth.domains.c.lists import grammar
from lasynth.domains.c.lists.floor import AffineListFloor
from lasynth.domains.c.lists.generator import ListsTaskGenerator
from lasynth.domains.c.lists.inputs import Value, lists_of, numbers_of
from lasynth.domains.c.lists.kinds import kind_of
from lasynth.domains.c.lists.machine import run_batch
from lasynth.domains.c.lists.mask import MASKING
from lasynth.domains.c.lists.naming import bound, named
from lasynth.domains.c.lists.parser import parse, to_tokens
from lasynth.domains.c.lists.printer import format_program
from lasynth.domains.c.lists.simplify import simplify
from lasynth.domains.c.lists.tokens import from_tokens
from lasynth.domains.c.lists.values import VALUES
from lasynth.domains.unlearned import End, Ranking
from lasynth.errors import ProgramError
from lasynth.grammar import IntArray

__all__ = ["LANGUAGE"]

# The numbers of an unknown output: the partial program does not parse, or its run failed.
_NOT_KNOWN: Final = int(np.iinfo(np.int32).max)
_RETURN, _CLOSING = (grammar.token_of(text) for text in ("return", "}"))
_ENDS: Final = tuple(grammar.token_of(text) for text in (";", "}"))


def _run_partial(
    tokens_BT: Tokens, inputs_BKL: IntArray, row_X: npt.NDArray[np.int64], length_X: npt.NDArray[np.int64]
) -> tuple[IntArray, npt.NDArray[np.bool_]]:
    """See `Machine`: what the program would give back if it ended here, with its last `return`.

    A beginning that the program has no `return` for, or that does not declare what it gives back, has no
    output yet, which is no failure: it is only not known.
    """
    columns = np.arange(tokens_BT.shape[1] + 1)
    rows_BT = np.pad(tokens_BT, ((0, 0), (0, 1)), constant_values=grammar.EOS)
    # A `return` with nothing but its value behind it; without one, what is behind the program.
    ends_BT = np.isin(np.pad(rows_BT[:, :-1], ((0, 0), (1, 0))), _ENDS)
    whole_BT = np.cumsum((rows_BT == _CLOSING)[:, ::-1], axis=1)[:, ::-1] == 0
    is_return_BT = (rows_BT == _RETURN) & ends_BT & whole_BT
    at_B = np.where(is_return_BT.any(1), is_return_BT.argmax(1), columns[-1])
    moved_XT = np.maximum(at_B[row_X] - length_X, 0)[:, None] + columns
    sources_XT = np.where(columns < length_X[:, None], columns, moved_XT)
    tokens_XT = np.take_along_axis(rows_BT[row_X], np.minimum(sources_XT, columns[-1]), axis=1)
    outputs_XKM, statuses_XK = run_batch(tokens_XT.astype(np.int32), inputs_BKL[row_X])
    outputs_XKM[statuses_XK != Status.OK] = _NOT_KNOWN
    return outputs_XKM, np.isin(statuses_XK, [Status.OK, Status.NO_VALUE, Status.INVALID])


def _find_compiler() -> Checker:
    from lasynth.domains.c.compiler import Compiler  # what it needs of the system is for answers only
    from lasynth.domains.c.lists.harness import LISTS

    return Compiler.find(harness=LISTS)


class _ListTerms:
    """The algebra of lists and numbers, as `lasynth.domains.unlearned.Terms`."""

    def prepare(self) -> None:
        """See `Terms`."""
        from lasynth.domains.c.lists.terms import prepare

        prepare()

    def programs(
        self, inputs_KL: IntArray, outputs_KM: IntArray, *, expired: Callable[[], bool], slack: float
    ) -> Iterator[End]:
        """See `Terms`."""
        from lasynth.domains.c.lists.terms import programs

        given = [VALUES.input_of(row_L) for row_L in inputs_KL]
        inputs: list[tuple[Value, ...]] = [(*lists_of(one), *numbers_of(one)) for one in given]
        outputs = [VALUES.decode(row_M) for row_M in outputs_KM]
        for program, cost in programs(inputs, outputs, expired=expired, slack=slack):
            try:
                tokens = to_tokens(program)
            except ProgramError:  # more variables at a time than the vocabulary has names for
                continue
            yield End(tokens, cost)


LANGUAGE: Final[Language] = Language(
    name="c-lists",
    dialect="lists",
    grammar=Syntax(
        bos=grammar.BOS,
        eos=grammar.EOS,
        num_tokens=grammar.FIRST_INT + 101,  # literals 0 to 100
        lexeme=grammar.lexeme,
        mask=MASKING.mask,
        allowed_along=MASKING.allowed_along,
        kind=lambda tokens: kind_of(tokens).label,
        open_ended=True,
        fence="c",
    ),
    text=Text(
        parse=parse,
        format=format_program,
        to_tokens=to_tokens,
        from_tokens=from_tokens,
        named=named,
        bound=bound,
    ),
    values=VALUES,
    machine=Machine(run_batch=run_batch, run_partial=_run_partial),
    simplify=simplify,
    tasks=ListsTaskGenerator,
    floor=AffineListFloor(),
    terms=_ListTerms(),
    # A term has a price; what another engine proposes has its length, dear enough that what a term says, too,
    # is ranked by the term. The rest is fitted on 90 of 118 validation tasks that some program fits (LOG.md).
    ranking=Ranking(per_token=1.0, per_cost=1.0, unseen=20.0, shift=0.7, scale=0.37),
    checker=_find_compiler,
    view=View(checked="Checked", machine="the built-in machine"),
)
