"""The operations that terms are made of: what each takes, gives, means and costs.

A price is about minus the logarithm of the share of an operation among those of a person's programs, in
units of half a nat. Terms are enumerated by the sum of their prices.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

__all__ = ["CELLWISE", "NATS", "OPERATIONS", "Function", "Operation", "Type"]

NATS: Final = 0.5  # a unit of prices


class Type(IntEnum):
    """What a term is, for each example."""

    NUMBER = 0
    LIST = 1
    MASK = 2  # a list of truth values, as long as the list that it is about


class Function(IntEnum):
    """What an operation computes; the first ones cell by cell."""

    # Of two cells. A number stands for a list of any length.
    ADD = 0
    SUBTRACT = 1
    MULTIPLY = 2
    DIVIDE = 3
    REMAINDER = 4
    MIN = 5
    MAX = 6
    LESS = 7
    GREATER = 8
    EQUAL = 9
    DIFFERENT = 10
    AT_MOST = 11
    AT_LEAST = 12
    AND = 13
    OR = 14
    # Of one cell.
    NEGATE = 15
    ABSOLUTE = 16
    EVEN = 17
    ODD = 18
    NOT = 19
    # Of three: the second where the first holds, else the third.
    CHOOSE = 20
    # Of two numbers only.
    GCD = 21
    # A list of a list.
    REVERSE = 30
    SORT = 31
    SORT_DOWN = 32
    UNIQUE = 33
    INDICES = 34
    RUNNING_SUM = 35
    RUNNING_PRODUCT = 36
    RUNNING_MAX = 37
    RUNNING_MIN = 38
    DIFFERENCES = 39
    OCCURRENCES = 40
    DIGITS = 41
    EACH_ITSELF = 42
    RUNNING_DIFFERENCE = 43
    ADJACENT_SUMS = 44
    STREAK = 45  # how many cells up to this one hold
    # A mask of a list.
    ABOVE_LAST = 50
    BELOW_LAST = 51
    AS_LAST = 52
    ABOVE_NEXT = 53
    BELOW_NEXT = 54
    AS_NEXT = 55
    FIRST_SEEN = 56
    # A number of a list.
    LENGTH = 60
    SUM = 61
    PRODUCT = 62
    LARGEST = 63
    SMALLEST = 64
    FIRST = 65
    LAST = 66
    COUNT = 67
    FIND = 68
    ANY = 69
    ALL = 70
    PLACE_OF_LARGEST = 71
    PLACE_OF_SMALLEST = 72
    # A list of a list and a number.
    TAKE = 80
    DROP = 81
    TAKE_LAST = 82
    DROP_LAST = 83
    REMOVE_AT = 84
    ROTATE = 85
    STRIDE = 86
    EACH = 87
    CYCLE = 88
    APPEND = 89
    PREPEND = 90
    ROTATE_BACK = 91
    # A number of a list and a number.
    AT = 100
    INDEX_OF = 101
    AT_END = 102
    DECODE = 103  # the number that digits of a base stand for
    # A list of a list and two numbers.
    INSERT = 110
    REPLACE = 111
    SWAP = 112
    SLICE = 113
    # A list of numbers.
    SINGLE = 120
    PAIR = 121
    REPEAT = 122
    RANGE = 123
    RANGE_BY = 124
    DIGITS_OF = 125
    # A list or a mask of two lists.
    CONCATENATE = 130
    GATHER = 131
    INTERLEAVE = 132
    MEMBER = 133
    COUNT_IN = 134
    # A list of a list and a mask.
    FILTER = 140
    TAKE_WHILE = 141
    DROP_WHILE = 142
    # Not computed from other terms; the first argument says which.
    INPUT = 200
    CONSTANT = 201
    CONSTANTS = 202
    # The second argument where the first is not 0, else the third; only of whole outputs.
    IF = 203


CELLWISE: Final = 30  # functions below this number


@dataclass(frozen=True, slots=True)
class Operation:
    """One way to make a term of others.

    Attributes:
        function: what it computes.
        result: the type of the term.
        arguments: the types of the others, one to three.
        price: in units.
        symmetric: the first two arguments may be exchanged.
    """

    function: Function
    result: Type
    arguments: tuple[Type, ...]
    price: int
    symmetric: bool = False


# What a term is, what it is made of, and the functions with their prices; a star: the first two arguments may
# be exchanged.
_TABLE: Final = """
number = list: LENGTH 3, SUM 4, PRODUCT 7, LARGEST 4, SMALLEST 4, FIRST 4, LAST 4
number = list: PLACE_OF_LARGEST 7, PLACE_OF_SMALLEST 7
number = mask: COUNT 5, FIND 7, ANY 7, ALL 7
number = list number: AT 3, AT_END 6, INDEX_OF 7, DECODE 9
number = number number: ADD* 4, MULTIPLY* 5, MIN* 7, MAX* 7, GCD* 10
number = number number: SUBTRACT 4, DIVIDE 6, REMAINDER 6
number = number number: EQUAL* 7, DIFFERENT* 8, LESS 7, AT_MOST 8
number = number: NEGATE 6, ABSOLUTE 6, EVEN 10, ODD 10
list = list: REVERSE 4, SORT 4, SORT_DOWN 6, UNIQUE 6, INDICES 4, OCCURRENCES 8, DIGITS 9, EACH_ITSELF 9
list = list: RUNNING_SUM 6, RUNNING_PRODUCT 7, RUNNING_MAX 7, RUNNING_MIN 7, RUNNING_DIFFERENCE 9
list = list: DIFFERENCES 7, ADJACENT_SUMS 8, NEGATE 6, ABSOLUTE 6
list = list mask: FILTER 4, TAKE_WHILE 7, DROP_WHILE 7
list = list number: TAKE 4, DROP 4, TAKE_LAST 5, DROP_LAST 5, APPEND 5, PREPEND 5, REMOVE_AT 6
list = list number: ROTATE 7, ROTATE_BACK 8, STRIDE 7, EACH 8, CYCLE 8
list = list number: ADD 4, MULTIPLY 4, SUBTRACT 4, DIVIDE 5, REMAINDER 5, MIN 9, MAX 9
list = number list: SUBTRACT 5, DIVIDE 10, REMAINDER 10
list = mask: STREAK 9
list = list list: ADD* 5, MULTIPLY* 5, MIN* 6, MAX* 6, SUBTRACT 5, DIVIDE 6, REMAINDER 6
list = list list: CONCATENATE 4, GATHER 7, INTERLEAVE 8, COUNT_IN 9
list = list number number: INSERT 6, REPLACE 6, SWAP 7, SLICE 7
list = number: SINGLE 3, DIGITS_OF 8
list = number number: REPEAT 5, RANGE 6, PAIR 6
list = number number number: RANGE_BY 8
list = mask list list: CHOOSE 7
list = mask number list: CHOOSE 7
list = mask list number: CHOOSE 7
list = mask number number: CHOOSE 8
mask = list number: LESS 4, GREATER 4, EQUAL 4, DIFFERENT 4, AT_MOST 5, AT_LEAST 5
mask = list list: EQUAL* 5, DIFFERENT* 5, LESS 5, AT_MOST 6, MEMBER 7
mask = list: EVEN 4, ODD 4, FIRST_SEEN 6
mask = list: ABOVE_LAST 6, BELOW_LAST 6, AS_LAST 6, ABOVE_NEXT 6, BELOW_NEXT 6, AS_NEXT 6
mask = mask mask: AND* 6, OR* 6
mask = mask: NOT 3
"""


def _operations() -> tuple[Operation, ...]:
    made = []
    for line in _TABLE.strip().splitlines():
        types, entries = line.split(":")
        result, *arguments = (Type[word.upper()] for word in types.split() if word != "=")
        for entry in entries.split(","):
            name, price = entry.split()
            function = Function[name.removesuffix("*")]
            made.append(Operation(function, result, tuple(arguments), int(price), name.endswith("*")))
    return tuple(made)


OPERATIONS: Final = _operations()
