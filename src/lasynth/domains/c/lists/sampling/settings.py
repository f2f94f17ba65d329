"""The distribution of random programs of `lists` and of their inputs: the weights of the sampler.

`lists` is what people write: one idiom most often, sometimes two or three together. `lists-short` has one
idiom a program, with simple conditions. A weight is relative to the others in its list; a `p_*` field is a
probability. The weights of single idioms stand with them (`lasynth.domains.c.lists.sampling.idioms`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar

from msgspec import Meta

from lasynth.config import Share, Weight
from lasynth.domains.settings import Choices, Five, Four, SamplerSettings, Three

__all__ = ["RANGES", "ListsSamplerSettings"]

# The values of a list, by the number of `ListsSamplerSettings.ranges`.
RANGES: tuple[tuple[int, int], ...] = (
    *((0, 9), (-9, 9), (0, 20), (0, 99), (-50, 50), (-1000, 1000), (0, 1), (-4, 4)),
)
_Ranges = Annotated[tuple[Weight, ...], Meta(min_length=len(RANGES), max_length=len(RANGES))]
_Conditions = Annotated[tuple[Weight, ...], Meta(min_length=14, max_length=14)]
_Values = Annotated[tuple[Weight, ...], Meta(min_length=13, max_length=13)]


@dataclass(frozen=True, slots=True)
class ListsSamplerSettings(SamplerSettings):
    """The distribution of random programs and of their inputs.

    Attributes:
        max_tokens: programs longer than this (EOS included) are drawn again.
        signatures: weights of what a function takes: a list; a list and a number; a list and two numbers; two
            lists; two lists and a number; numbers alone.
        results: weights of what a function of lists gives back: a number, a list, its list changed in place.
        number_result: weights of a number rather than a list as the result of a function of numbers.
        number_plans: how a function for a number is made up: one idiom; a list in between; a number that a
            second idiom uses; two numbers put together; statements drawn one by one.
        list_plans: the same for a list: one idiom; a list in between; a number that it uses; two lists one
            behind the other; a few numbers as a list.
        place_plans: the same in place: one idiom; two in a row; a number that it uses; statements drawn one
            by one.
        conditions: weights of the conditions on an element: compared with a constant; a remainder; compared
            with a number that is given or was computed; a remainder by such a number; the index; between two
            bounds, outside of them; compared with its index; a digit; compared with an end of the list; with
            the mirrored element; two conditions joined; an inner loop; the index compared with a number.
        values: weights of the values made of an element: itself; with a constant; divided by one; with a
            number that is given or was computed; squared; negated; with its index; without its sign; chosen
            by a condition; held within a bound; two operations; with an end of the list; an inner loop.
        relations: weights of `<`, `>`, `<=`, `>=`, `==`, `!=`.
        constants: weights of constants that are compared with values: 0; a small one; any in the range of the
            values; a round one.
        p_guard: that a function which needs a first element says what an empty list gives.
        p_after: that the number found is computed with before it is returned.
        p_flip: that an idiom is turned around, from largest to smallest.
        p_local: that an element which is used more than once gets a variable.
        p_while, p_continue, p_choice, p_apart, p_long: ways to write: `while` for `for`; `continue` for a
            body in an `if`; `?` for two assignments; `out[m] = x; m++;`; `x = x + y`.
        ranges: weights of the values that lists hold, in the order of `RANGES`.
        longest: weights of how long the lists of a task get: 5, 8, 12, 20 cells.
        shapes: weights of lists with values of any order; few different values; rising; falling; all equal;
            the same from both ends.
        p_cover: share of the tasks whose examples are chosen to tell the program from its neighbours: with a
            condition that always or never holds, with another bound.
    """

    NAMED: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "lists": {},
        "lists-short": {
            "max_tokens": 96,
            "number_plans": (0.86, 0.0, 0.0, 0.04, 0.10),
            "list_plans": (0.96, 0.0, 0.0, 0.0, 0.04),
            "place_plans": (0.86, 0.0, 0.0, 0.14),
            "conditions": (0.50, 0.22, 0.14, 0.02, 0.04, 0.0, 0.0, 0.02, 0.02, 0.02, 0.0, 0.0, 0.0, 0.02),
            "values": (0.56, 0.16, 0.04, 0.06, 0.05, 0.03, 0.05, 0.03, 0.0, 0.0, 0.0, 0.02, 0.0),
        },
    }

    max_tokens: Annotated[int, Meta(ge=32, le=4096)] = 224
    signatures: Annotated[tuple[Weight, ...], Meta(min_length=6, max_length=6)] = (
        *(0.50, 0.22, 0.03, 0.12, 0.02, 0.11),
    )
    results: Three = (0.45, 0.36, 0.19)
    number_result: Annotated[tuple[Weight, ...], Meta(min_length=2, max_length=2)] = (0.68, 0.32)
    number_plans: Five = (0.58, 0.11, 0.10, 0.09, 0.12)
    list_plans: Five = (0.64, 0.16, 0.11, 0.05, 0.04)
    place_plans: Four = (0.49, 0.16, 0.10, 0.25)
    conditions: _Conditions = (
        *(0.29, 0.17, 0.13, 0.04, 0.05, 0.05, 0.03, 0.03, 0.03, 0.03, 0.01, 0.06, 0.05, 0.03),
    )
    values: _Values = (*(0.48, 0.14, 0.06, 0.07, 0.05, 0.03, 0.05, 0.03, 0.03, 0.01, 0.03, 0.02, 0.02),)
    relations: Annotated[tuple[Weight, ...], Meta(min_length=6, max_length=6)] = (
        *(0.22, 0.30, 0.09, 0.12, 0.18, 0.09),
    )
    constants: Four = (0.32, 0.24, 0.30, 0.14)
    p_guard: Share = 0.4
    p_after: Share = 0.06
    p_flip: Share = 0.4
    p_local: Share = 0.12
    p_while: Share = 0.05
    p_continue: Share = 0.03
    p_choice: Share = 0.4
    p_apart: Share = 0.12
    p_long: Share = 0.06
    ranges: _Ranges = (0.27, 0.21, 0.10, 0.16, 0.10, 0.03, 0.03, 0.10)
    longest: Four = (0.17, 0.44, 0.32, 0.07)
    shapes: Choices = (0.70, 0.14, 0.06, 0.03, 0.03, 0.04)
    p_cover: Share = 0.8
    name: str = field(default="lists", compare=False)

    def misfit(self) -> tuple[str, str] | None:
        """See `Config`."""
        if len(self.shapes) != 6:
            return f"{len(self.shapes)} weights of shapes", "Give 6."
        return SamplerSettings.misfit(self)
