"""Text from outside, as messages and terminals show it: nothing that controls a terminal, nothing endless."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["MAX_MESSAGE", "MAX_QUOTED", "cut", "printable", "quoted"]

MAX_QUOTED: Final = 60  # characters of a value that a message quotes
MAX_MESSAGE: Final = 2000  # characters of a whole message

# Controls (of a terminal, of lines, of the direction of writing) and halves of surrogate pairs.
_HIDDEN: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


def printable(text: str, *, keep: str = "") -> str:
    r"""The text with its control characters written as escapes such as `\\x1b`.

    Args:
        text: any.
        keep: control characters that stay, such as a line's end.
    """
    return _HIDDEN.sub(lambda found: found[0] if found[0] in keep else _escape(found[0]), text)


def _escape(character: str) -> str:
    return character.encode("unicode_escape", "surrogatepass").decode("ascii")


def cut(text: str, most: int = MAX_QUOTED) -> str:
    """The text, at most `most` characters long: dots stand for the end of a longer one."""
    return text if len(text) <= most else f"{text[: most - 3]}..."


def quoted(value: object, most: int = MAX_QUOTED) -> str:
    """A value in quotes as a message names it, at most `most` characters long."""
    # A long text is cut first: what is not shown need not be escaped.
    try:
        return cut(printable(repr(value[: most + 1] if isinstance(value, str | bytes) else value)), most)
    except ValueError:  # Python's own limit on the digits of a number
        return "a number of thousands of digits"
    except RecursionError:
        return "brackets nested too deeply"
