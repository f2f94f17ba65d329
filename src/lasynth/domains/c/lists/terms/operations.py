"""The operations that terms are made of: what each takes, gives, means and costs.

A price is about minus the logarithm of the share of an operation among those of a person's programs, in units of
half a nat. Terms are enumerated by the sum of their prices.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

__all__ = ["NATS", "OPERATIONS", "Function", "Operation", "Type"]

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


def _all() -> tuple[Operation, ...]:
    number, list_, mask = Type.NUMBER, Type.LIST, Type.MASK
    f = Function
    made: list[Operation] = []

    def add(result: Type, arguments: tuple[Type, ...], prices: dict[Function, int], **options: bool) -> None:
        made.extend(
            Operation(function, result, arguments, price, **options) for function, price in prices.items()
        )

    add(number, (list_,), {
        f.LENGTH: 3, f.SUM: 4, f.PRODUCT: 7, f.LARGEST: 4, f.SMALLEST: 4, f.FIRST: 4, f.LAST: 4,
        f.PLACE_OF_LARGEST: 7, f.PLACE_OF_SMALLEST: 7,
    })  # fmt: skip
    add(number, (mask,), {f.COUNT: 5, f.FIND: 7, f.ANY: 7, f.ALL: 7})
    add(number, (list_, number), {f.AT: 3, f.AT_END: 6, f.INDEX_OF: 7, f.DECODE: 9})
    add(number, (number, number), {f.ADD: 4, f.MULTIPLY: 5, f.MIN: 7, f.MAX: 7, f.GCD: 10}, symmetric=True)
    add(number, (number, number), {f.SUBTRACT: 4, f.DIVIDE: 6, f.REMAINDER: 6})
    add(number, (number, number), {f.EQUAL: 7, f.DIFFERENT: 8}, symmetric=True)
    add(number, (number, number), {f.LESS: 7, f.AT_MOST: 8})
    add(number, (number,), {f.NEGATE: 6, f.ABSOLUTE: 6, f.EVEN: 10, f.ODD: 10})
    add(list_, (list_,), {
        f.REVERSE: 4, f.SORT: 4, f.SORT_DOWN: 6, f.UNIQUE: 6, f.INDICES: 4, f.RUNNING_SUM: 6,
        f.RUNNING_PRODUCT: 7, f.RUNNING_MAX: 7, f.RUNNING_MIN: 7, f.DIFFERENCES: 7, f.OCCURRENCES: 8,
        f.DIGITS: 9, f.EACH_ITSELF: 9, f.NEGATE: 6, f.ABSOLUTE: 6, f.RUNNING_DIFFERENCE: 9, f.ADJACENT_SUMS: 8,
    })  # fmt: skip
    add(list_, (list_, mask), {f.FILTER: 4, f.TAKE_WHILE: 7, f.DROP_WHILE: 7})
    add(list_, (list_, number), {
        f.TAKE: 4, f.DROP: 4, f.TAKE_LAST: 5, f.DROP_LAST: 5, f.REMOVE_AT: 6, f.ROTATE: 7, f.ROTATE_BACK: 8,
        f.STRIDE: 7, f.EACH: 8, f.CYCLE: 8, f.APPEND: 5, f.PREPEND: 5,
    })  # fmt: skip
    add(list_, (list_, number), {f.ADD: 4, f.MULTIPLY: 4, f.SUBTRACT: 4, f.DIVIDE: 5, f.REMAINDER: 5, f.MIN: 9, f.MAX: 9})  # fmt: skip
    add(list_, (number, list_), {f.SUBTRACT: 5, f.DIVIDE: 10, f.REMAINDER: 10})
    add(list_, (mask,), {f.STREAK: 9})
    add(list_, (list_, list_), {f.ADD: 4, f.MULTIPLY: 4, f.MIN: 6, f.MAX: 6}, symmetric=True)
    add(list_, (list_, list_), {f.SUBTRACT: 4, f.DIVIDE: 6, f.REMAINDER: 6})
    add(list_, (list_, list_), {f.CONCATENATE: 4, f.GATHER: 7, f.INTERLEAVE: 8, f.COUNT_IN: 9})
    add(list_, (list_, number, number), {f.INSERT: 6, f.REPLACE: 6, f.SWAP: 7, f.SLICE: 7})
    add(list_, (number,), {f.SINGLE: 3, f.DIGITS_OF: 8})
    add(list_, (number, number), {f.REPEAT: 5, f.RANGE: 6, f.PAIR: 6})
    add(list_, (number, number, number), {f.RANGE_BY: 8})
    add(list_, (mask, list_, list_), {f.CHOOSE: 7})
    add(list_, (mask, number, list_), {f.CHOOSE: 7})
    add(list_, (mask, list_, number), {f.CHOOSE: 7})
    add(list_, (mask, number, number), {f.CHOOSE: 8})
    add(mask, (list_, number), {
        f.LESS: 4, f.GREATER: 4, f.EQUAL: 4, f.DIFFERENT: 4, f.AT_MOST: 5, f.AT_LEAST: 5,
    })  # fmt: skip
    add(mask, (list_, list_), {f.EQUAL: 5, f.DIFFERENT: 5}, symmetric=True)
    add(mask, (list_, list_), {f.LESS: 5, f.AT_MOST: 6, f.MEMBER: 7})
    add(mask, (list_,), {
        f.EVEN: 4, f.ODD: 4, f.ABOVE_LAST: 6, f.BELOW_LAST: 6, f.AS_LAST: 6, f.ABOVE_NEXT: 6, f.BELOW_NEXT: 6,
        f.AS_NEXT: 6, f.FIRST_SEEN: 6,
    })  # fmt: skip
    add(mask, (mask, mask), {f.AND: 6, f.OR: 6}, symmetric=True)
    add(mask, (mask,), {f.NOT: 3})
    return tuple(made)


OPERATIONS: Final = _all()
