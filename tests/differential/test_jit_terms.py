"""The compiled enumeration of terms against the same source run as plain Python.

`NUMBA_DISABLE_JIT=1` has to be set before Numba is imported, so the reference runs in another process:
this file, as a script.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from itertools import islice

import pytest

from lasynth.domains.c.lists.terms.grow import grow
from lasynth.domains.c.lists.terms.operations import OPERATIONS, Type
from lasynth.domains.c.lists.terms.search import terms
from lasynth.domains.c.lists.terms.term import Term, Value, input_term, value_of

EXTREME = (2**31 - 1, -(2**31), 0, 1, -1)
LISTS: list[tuple[int, ...]] = [(), (3,), (1, 2, 2, 0, 5), EXTREME, (1, 0, 1), (4, 4, 12, 7)]
NUMBERS = [0, 1, 2, -1, 2**31 - 1, -(2**31)]
TASKS: list[tuple[list[tuple[Value, ...]], list[Value]]] = [
    ([((3, 1, 2),), ((5, 4),)], [(1, 2, 3), (4, 5)]),
    ([((3, 1, 2),), ((5, 4, 9, 1),)], [6, 19]),
    ([((3, 1, 2), 2), ((5, 4, 9), 1)], [(7, 3, 5, 2), (7, 5, 4, 9, 1)]),
]


def results() -> list[object]:
    """The values of all operations on some arguments, and the first terms of some tasks."""
    found: list[object] = []
    for operation in OPERATIONS:
        given = [NUMBERS if type_ is Type.NUMBER else LISTS for type_ in operation.arguments]
        types = [Type.NUMBER if type_ is Type.NUMBER else Type.LIST for type_ in operation.arguments]
        term = Term(
            operation.function,
            operation.result,
            tuple(input_term(place, type_) for place, type_ in enumerate(types)),
        )
        for shift in range(len(LISTS)):
            values: list[Value] = [
                some[(shift * (place + 1) + place) % len(some)] for place, some in enumerate(given)
            ]
            if Type.MASK in operation.arguments:  # all as long as the mask, which is of truth values
                values = [(1, 0, 1) if type_ is Type.LIST else 7 for type_ in types]
            found.append(value_of(term, values))
    for inputs, outputs in TASKS:
        looks = iter(range(30))
        first = islice(terms(inputs, outputs, expired=lambda looks=looks: next(looks, None) is None), 2)  # type: ignore[misc]
        found += [(str(term), cost) for term, cost in first]
    return json.loads(json.dumps(found))  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def reference() -> list[object]:
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": os.pathsep.join(sys.path)}
    # Overflow that wraps around in compiled code is a warning in plain Python: make it an error.
    command = [sys.executable, "-W", "error", __file__]
    ran = subprocess.run(command, env=environment, check=True, timeout=300, capture_output=True, text=True)
    return json.loads(ran.stdout)  # type: ignore[no-any-return]


def test_both_give_the_same(reference: list[object]) -> None:
    assert results() == reference


if __name__ == "__main__":
    assert os.environ["NUMBA_DISABLE_JIT"] == "1"
    assert not hasattr(grow, "py_func"), "this must run without the JIT"
    print(json.dumps(results()))
