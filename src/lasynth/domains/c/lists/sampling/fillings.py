"""What stands in the holes of idioms: conditions on an element, values made of it, numbers.

A hole `COND(x, i)` is a condition on a value `x` at index `i` of the list that the idiom reads; without an
index nothing of the list is near. `VALUE` is a value made of `x`, often `x` itself, `CHANGED` another one;
`PAIR` is a condition on two values, `JOIN` one value made of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from lasynth.domains.c.lists.sampling import nested
from lasynth.domains.c.lists.sampling.draw import Draw, sums
from lasynth.domains.c.lists.sampling.expressions import binary, negated
from lasynth.domains.c.lists.sampling.recipe import Role
from lasynth.domains.c.lists.sampling.templates import Idiom, Places, instantiate
from lasynth.domains.c.lists.syntax import Binary, Cell, Choice, Expression, Number, Unary

__all__ = ["MAX_DEPTH", "condition", "fill", "value"]

_ZERO, _ONE, _TWO, _TEN = Number(0), Number(1), Number(2), Number(10)
_TRIES: Final = 30
_P_COMPUTED: Final = 0.6  # that a number found before is used where it can be first
MAX_DEPTH: Final = 1  # of inner loops
(
    _COMPARED,
    _REMAINDER,
    _GIVEN,
    _DIVIDES,
    _PARITY,
    _BETWEEN,
    _OUTSIDE,
    _AGAINST_INDEX,
    _DIGIT,
    _AGAINST_END,
    _MIRRORED,
    _JOINED,
    _LOOP,
    _PLACE,
) = range(14)
(
    _ITSELF,
    _WITH_CONSTANT,
    _DIVIDED,
    _WITH_GIVEN,
    _SQUARED,
    _NEGATED,
    _WITH_INDEX,
    _WITHOUT_SIGN,
    _CHOSEN,
    _HELD,
    _TWICE,
    _WITH_END,
    _BY_LOOP,
) = range(13)
_ROLES: Final = {role.name: role for role in Role}
_PAIRS: Final = ("<", ">", "==", "!=", "<=", ">=")
_PAIR_SUMS: Final = sums((0.3, 0.3, 0.22, 0.06, 0.06, 0.06))


def fill(draw: Draw, called: str, arguments: tuple[Any, ...], places: Places) -> Expression:
    """The filling of a hole.

    Raises:
        Unfit: the program has not what the hole needs.
    """
    if called in _ROLES:
        return draw.number(_ROLES[called])
    return _FILLINGS[called](draw, arguments, places)


def condition(draw: Draw, x: Expression, index: Expression | None, places: Places) -> Expression:
    """A condition on a value, and on its index where there is one."""
    if draw.computed and not draw.num_used and draw.chance(_P_COMPUTED):
        draw.num_used += 1
        return Binary(_relation(draw), x, draw.one_of(draw.computed))
    for _ in range(_TRIES):
        found = _condition(draw, draw.pick("conditions"), x, index, places)
        if found is not None:
            return found
    return Binary(draw.relation(), x, draw.number(Role.ANY))


def value(
    draw: Draw, x: Expression, index: Expression | None, places: Places, *, changed: bool = False
) -> Expression:
    """A value made of another one; not that itself where it must be `changed`."""
    if draw.computed and not draw.num_used and draw.chance(_P_COMPUTED):
        draw.num_used += 1
        return Binary(draw.one_of(("+", "-", "-", "*")), x, draw.one_of(draw.computed))
    for _ in range(_TRIES):
        kind = draw.pick("values")
        if changed and kind == _ITSELF:
            continue
        found = _value(draw, kind, x, index, places)
        if found is not None:
            return found
    return binary("+", x, Number(draw.operand()))


def _condition(
    draw: Draw, kind: int, x: Expression, index: Expression | None, places: Places
) -> Expression | None:
    """A condition of one kind; None where that is not possible here."""
    least, most = draw.range
    is_cell = index is not None and isinstance(x, Cell)
    if kind == _COMPARED:
        return _against(draw, x, draw.constant())
    if kind == _REMAINDER:
        divisor = draw.number(Role.DIVISOR)
        return _remainder(draw, x, divisor)
    if kind == _GIVEN:
        if not (draw.computed or draw.num_numbers):
            return None
        return Binary(_relation(draw), x, draw.number(Role.ANY))
    if kind == _DIVIDES:
        role = draw.parameter(Role.DIVISOR) if draw.num_numbers else None
        return None if role is None else _remainder(draw, x, role)
    if kind == _BETWEEN or kind == _OUTSIDE:
        low, high = sorted((draw.constant(), draw.constant()))
        if high - low < max(2, (most - least) // 8) or high > most or low < least:
            return None
        inside = kind == _BETWEEN
        first = Binary(">=" if inside else "<", x, Number(low))
        return Binary("&&" if inside else "||", first, Binary("<=" if inside else ">", x, Number(high)))
    if kind == _DIGIT:
        if most < 20:
            return None
        if draw.chance(0.6):
            return Binary(
                draw.one_of(("==", "==", "<", ">")), Binary("%", x, _TEN), Number(draw.between(1, 8))
            )
        return Binary(
            draw.one_of(("==", "<", ">")), Binary("/", x, _TEN), Number(draw.between(1, most // 10))
        )
    if kind == _JOINED:
        parts = [_simple(draw, x, index, places) for _ in range(2)]
        if _alike(*parts):
            return None
        return Binary("&&" if draw.chance(0.6) else "||", *parts)
    if kind == _LOOP:
        return _by_loop(draw, nested.CONDITIONS, x, index, places)
    if index is None:
        return None
    if kind == _PARITY:
        return _remainder(draw, index, draw.number(Role.SMALL))
    if kind == _AGAINST_INDEX:
        return Binary(draw.one_of(("==", ">", "<", ">=")), x, index)
    if kind == _PLACE:
        if not draw.num_numbers and draw.chance(0.5):
            return Binary(draw.one_of(("<", ">=")), index, binary("/", places.length, _TWO))
        return Binary(draw.one_of(("<", ">=", "!=", "==")), index, draw.number(Role.INDEX))
    if not is_cell:
        return None
    if kind == _AGAINST_END:
        other = Cell(places.source, _ZERO if draw.chance(0.5) else binary("-", places.length, _ONE))
        return None if other == x else Binary(draw.relation(), x, other)
    if kind == _MIRRORED:
        other = Cell(places.source, binary("-", binary("-", places.length, _ONE), index))
        return Binary(draw.relation(), x, other)
    return None


def _against(draw: Draw, x: Expression, constant: int) -> Expression:
    """A value compared with a constant, so that it can come out both ways."""
    least, most = draw.range
    relation = draw.relation()
    if least >= 0 and constant == 0:
        relation = draw.one_of(("==", "!=", ">"))
    elif constant >= most and relation in (">", "<="):
        relation = "<" if relation == ">" else ">="
    if most - least > 60 and constant and relation in ("==", "!=") and draw.chance(0.8):
        relation = draw.one_of(("<", ">"))
    return Binary(relation, x, Number(constant))


def _relation(draw: Draw) -> Any:
    """A comparison with a number that is given or was computed."""
    return draw.one_of(("==", "!=")) if draw.is_extreme else draw.relation()


def _remainder(draw: Draw, x: Expression, divisor: Expression) -> Expression:
    relation: Any = "==" if draw.chance(0.75) else "!="
    rest = 0
    if isinstance(divisor, Number) and draw.chance(0.12):
        rest = draw.between(1, divisor.value - 1)
    return Binary(relation, Binary("%", x, divisor), Number(rest))


def _simple(draw: Draw, x: Expression, index: Expression | None, places: Places) -> Expression:
    """A part of a condition: one that has no parts itself."""
    for _ in range(_TRIES):
        kind = draw.pick("conditions")
        if kind in (_BETWEEN, _OUTSIDE, _JOINED, _LOOP):
            continue
        found = _condition(draw, kind, x, index, places)
        if found is not None:
            return found
    return _against(draw, x, draw.constant())


def _alike(first: Expression, second: Expression) -> bool:
    """Whether two parts of a condition are about the same, so that one would do."""
    if not (isinstance(first, Binary) and isinstance(second, Binary)):
        return False
    order = ("<", "<=", ">", ">=", "==", "!=")
    return first.left == second.left and (
        first.right == second.right or (first.operator in order and second.operator in order)
    )


def _value(
    draw: Draw, kind: int, x: Expression, index: Expression | None, places: Places
) -> Expression | None:
    """A value of one kind; None where that is not possible here."""
    _, most = draw.range
    if kind == _ITSELF:
        return x
    if kind == _WITH_CONSTANT:
        constant = draw.operand()
        operator = draw.one_of(("+", "+", "-", "*", "*"))
        if operator == "*":
            constant = max(2, constant)
        if operator == "-" and draw.chance(0.2):
            return Binary("-", Number(max(constant, min(most, 100))), x)
        return Binary(operator, x, Number(constant))
    if kind == _DIVIDED:
        return Binary("%" if draw.chance(0.5) else "/", x, draw.number(Role.DIVISOR))
    if kind == _WITH_GIVEN:
        return _with_given(draw, x)
    if kind == _SQUARED:
        return Binary("*", x, x)
    if kind == _NEGATED:
        return Unary("-", x)
    if kind == _WITHOUT_SIGN:
        return Choice(Binary("<", x, _ZERO), Unary("-", x), x) if draw.range[0] < 0 else None
    if kind == _CHOSEN:
        test = _simple(draw, x, index, places)
        then, otherwise = _plain(draw, x, index), _plain(draw, x, index)
        return None if then == otherwise else Choice(test, then, otherwise)
    if kind == _HELD:
        bound = draw.number(Role.ANY)
        return Choice(Binary("<" if draw.chance(0.5) else ">", x, bound), bound, x)
    if kind == _TWICE:
        return _two_operations(draw, x)
    if kind == _BY_LOOP:
        return _by_loop(draw, nested.VALUES, x, index, places)
    if index is None:
        return None
    if kind == _WITH_INDEX:
        operator = draw.one_of(("+", "*", "-", "*"))
        other: Expression = index if draw.chance(0.75) else Binary("+", index, _ONE)
        return Binary(operator, x, other)
    if kind == _WITH_END and isinstance(x, Cell):
        which = draw.below(3)
        last = binary("-", places.length, _ONE)
        other = Cell(places.source, (_ZERO, last, binary("-", last, index))[which])
        return None if other == x else Binary(draw.one_of(("+", "-", "-", "*")), x, other)
    return None


def _with_given(draw: Draw, x: Expression) -> Expression | None:
    """A value with a number that is a parameter, or was computed before."""
    if not (draw.computed or draw.num_numbers):
        return None
    operator = draw.one_of(("+", "+", "-", "-", "*", "%", "/"))
    if operator in ("/", "%"):
        divisor = draw.parameter(Role.DIVISOR) if draw.num_numbers else None
        return None if divisor is None else Binary(operator, x, divisor)
    other = draw.number(Role.SMALL if operator == "*" and draw.num_numbers else Role.ANY)
    if isinstance(other, Number):
        return None
    return Binary("-", other, x) if operator == "-" and draw.chance(0.25) else Binary(operator, x, other)


def _two_operations(draw: Draw, x: Expression) -> Expression:
    which = draw.below(4)
    if which == 0:
        return binary(
            draw.one_of(("+", "-")), Binary("*", x, Number(draw.between(2, 5))), Number(draw.operand())
        )
    if which == 1:
        return Binary(
            "*", binary(draw.one_of(("+", "-")), x, Number(draw.operand())), Number(draw.between(2, 5))
        )
    if which == 2:
        return Binary("%", binary("+", x, Number(draw.operand())), draw.number(Role.DIVISOR, eager=False))
    return binary(
        draw.one_of(("+", "-")), Binary("*", x, x), x if draw.chance(0.4) else Number(draw.operand())
    )


def _plain(draw: Draw, x: Expression, index: Expression | None) -> Expression:
    """One side of a choice."""
    which = draw.below(7)
    if which <= 2:
        return x
    if which == 3:
        return Number(draw.one_of((0, 0, 1, -1)))
    if which == 4:
        return Unary("-", x)
    if which == 5 and index is not None:
        return index
    return binary(draw.one_of(("+", "-", "*")), x, Number(draw.between(2, 5)))


def _by_loop(
    draw: Draw, idioms: Sequence[Idiom], x: Expression, index: Expression | None, places: Places
) -> Expression | None:
    """A filling with an inner loop, which is put before the statement."""
    if draw.depth >= MAX_DEPTH:
        return None
    names = {"x": x} if index is None else {"x": x, "i": index}
    fitting = [idiom for idiom in idioms if _fits(draw, idiom, index, places)]
    idiom = draw.weighted(fitting, sums(tuple(one.weight for one in fitting)))
    draw.depth += 1
    before = draw.before
    piece = instantiate(draw, idiom, "number", Places(places.source, places.length, names=names), fill)
    draw.before = [*before, *piece.statements]
    draw.depth -= 1
    assert piece.result is not None
    return piece.result


def _fits(draw: Draw, idiom: Idiom, index: Expression | None, places: Places) -> bool:
    if "n_b" in idiom.text:
        return draw.recipe.num_lists == 2 and places.source != "b"
    if idiom.not_negative and draw.recipe.num_lists and draw.range[0] < 0:
        return False
    return index is not None or "a[" not in idiom.text


def _cond(draw: Draw, arguments: tuple[Any, ...], places: Places) -> Expression:
    return condition(draw, arguments[0], arguments[1] if len(arguments) > 1 else None, places)


def _not_cond(draw: Draw, arguments: tuple[Any, ...], places: Places) -> Expression:
    return negated(_cond(draw, arguments, places))


def _any_value(draw: Draw, arguments: tuple[Any, ...], places: Places) -> Expression:
    return value(draw, arguments[0], arguments[1] if len(arguments) > 1 else None, places)


def _changed(draw: Draw, arguments: tuple[Any, ...], places: Places) -> Expression:
    index = arguments[1] if len(arguments) > 1 else None
    return value(draw, arguments[0], index, places, changed=True)


def _pair(draw: Draw, arguments: tuple[Any, ...], places: Places) -> Expression:
    """A condition on two values."""
    x, y = arguments
    kind = draw.random()
    if kind < 0.66:
        return Binary(draw.weighted(_PAIRS, _PAIR_SUMS), x, y)
    if kind < 0.80:
        total = draw.number(Role.ANY) if draw.num_numbers else Number(draw.constant())
        return Binary(draw.one_of(("==", ">", "<")), Binary("+", x, y), total)
    if kind < 0.88:
        return Binary(draw.one_of(("==", "!=")), Binary("%", Binary("+", x, y), _TWO), _ZERO)
    if kind < 0.94:
        gap = draw.number(Role.SMALL) if draw.chance(0.7) else _ONE
        return Binary(draw.one_of(("==", ">", "<")), Binary("-", x, y), gap)
    if kind < 0.97 and draw.range[0] < 0:
        return Binary("<", Binary("*", x, y), _ZERO)
    return Binary(draw.one_of((">", "<", "==")), x, Binary("*", y, _TWO))


def _join(draw: Draw, arguments: tuple[Any, ...], places: Places) -> Expression:
    """One value of two."""
    x, y = arguments
    kind = draw.random()
    if kind < 0.34:
        return Binary("+", x, y)
    if kind < 0.56:
        return Binary("-", x, y) if draw.chance(0.7) else Binary("-", y, x)
    if kind < 0.72:
        return Binary("*", x, y)
    if kind < 0.88:
        return Choice(Binary(">" if draw.chance(0.55) else "<", x, y), x, y)
    if kind < 0.94:
        return Choice(Binary(">", x, y), Binary("-", x, y), Binary("-", y, x))
    return binary(draw.one_of(("+", "-")), Binary("*", x, Number(draw.between(2, 3))), y)


def _mix(draw: Draw, arguments: tuple[Any, ...], places: Places) -> Expression:
    """Two numbers of different kinds, such as the largest and the smallest value, as one."""
    x, y = arguments
    return Binary(draw.one_of(("-", "-", "-", "+", "+", "*")), x, y)


def _compare(draw: Draw, arguments: tuple[Any, ...], places: Places) -> Expression:
    """Two numbers compared."""
    x, y = arguments
    return Binary(draw.one_of(("<", ">", "==", ">=", "!=")), x, y)


def _either(draw: Draw, arguments: tuple[Any, ...], places: Places) -> Expression:
    return Number(draw.below(2))


def _none(draw: Draw, arguments: tuple[Any, ...], places: Places) -> Expression:
    return Number(-1 if draw.chance(0.75) else 0)


def _frequent(draw: Draw, arguments: tuple[Any, ...], places: Places) -> Expression:
    if draw.num_numbers and draw.chance(0.4):
        return Binary(draw.one_of(("==", ">=", ">")), arguments[0], draw.number(Role.SMALL))
    relation, number = draw.one_of((("==", 1), (">", 1), ("==", 2), (">=", 2), (">", 2), ("!=", 1)))
    return Binary(relation, arguments[0], Number(number))


def _digits(draw: Draw, arguments: tuple[Any, ...], places: Places) -> Expression:
    if draw.chance(0.5):
        return _remainder(draw, arguments[0], draw.number(Role.DIVISOR))
    return Binary(draw.one_of((">", "<", "==")), arguments[0], Number(draw.between(3, 12)))


def _constant(draw: Draw, arguments: tuple[Any, ...], places: Places) -> Expression:
    return draw.number(Role.ANY)


def _few(draw: Draw, arguments: tuple[Any, ...], places: Places) -> Expression:
    number = draw.number(Role.COUNT)
    return _TWO if number == _ONE else number


def _one_or_zero(draw: Draw, arguments: tuple[Any, ...], places: Places) -> Expression:
    return _ONE if draw.chance(0.5) else _ZERO


_FILLINGS: Final[dict[str, Callable[[Draw, tuple[Any, ...], Places], Expression]]] = {
    "COND": _cond,
    "UNLESS": _not_cond,
    "VALUE": _any_value,
    "CHANGED": _changed,
    "PAIR": _pair,
    "JOIN": _join,
    "MIX": _mix,
    "COMPARE": _compare,
    "EITHER": _either,
    "NONE": _none,
    "FREQUENT": _frequent,
    "DIGITS": _digits,
    "CONSTANT": _constant,
    "FEW": _few,
    "BIT": _one_or_zero,
}
