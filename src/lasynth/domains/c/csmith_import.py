"""Turns the text of a Csmith program into programs of the subset: its functions, long ones in pieces.

The post-processing of section 4.1 of the paper; `csmith_mapping` holds the rules.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Any, Final

from lasynth.domains.c.csmith_mapping import (
    Mapping,
    Node,
    Scope,
    assigns_a_cell,
    blocks_of,
    kind_of,
    nodes_in,
)
from lasynth.domains.c.parser import to_tokens
from lasynth.domains.random import Stream
from lasynth.errors import InputError, ProgramError
from lasynth.grammar import IntArray

__all__ = ["Reason", "import_programs", "load_pycparser"]

# The types of Csmith's programs; their widths do not matter here.
_TYPES: Final = "".join(f"typedef int {sign}int{bits}_t;\n" for sign in ("", "u") for bits in (8, 16, 32, 64))
_COMMENT: Final = re.compile(r"/\*.*?\*/|//[^\n]*|^[ \t]*#[^\n]*", re.DOTALL | re.MULTILINE)


class Reason(StrEnum):
    """Why a piece of a Csmith program is not a program of the subset."""

    TIMEOUT = "timeout"  # Csmith took too long
    UNREADABLE = "unreadable"  # not C that pycparser can read
    EMPTY = "empty"  # nothing is left of it
    NO_CELL = "no_cell"  # it assigns no cell, so the list would be returned unchanged
    TOO_LONG = "too_long"  # a single statement without an inner block to use instead
    TOO_MANY_NAMES = "too_many_names"  # the same, but with more loop variables than there are names


def import_programs(
    text: str, stream: Stream, *, num_cells: int = 5, max_constant: int = 4, max_tokens: int = 256
) -> list[IntArray | Reason]:
    """The programs in a Csmith program: one for each function, several where one would be too long.

    The result is a function of the text, the stream and the limits alone.

    Args:
        text: C as Csmith writes it.
        stream: the random stream for the choices, `[1]`; changed in place.
        num_cells: length of the lists that the programs are for.
        max_constant: the largest absolute value of a constant.
        max_tokens: of a program, EOS included.

    Returns:
        For each piece its `[T]` tokens, ended by EOS, or the reason why there are none.

    Raises:
        InputError: pycparser is not installed.
    """
    c_parser = load_pycparser()
    try:
        tree = c_parser.CParser().parse(_TYPES + _COMMENT.sub(" ", text))
    except (c_parser.ParseError, RecursionError):
        return [Reason.UNREADABLE]
    outside = [item for item in tree.ext if kind_of(item) == "Decl"]
    found: list[IntArray | Reason] = []
    for function in (item for item in tree.ext if kind_of(item) == "FuncDef"):
        declared = [*outside, *(item for item in nodes_in(function.body) if kind_of(item) == "Decl")]
        scope = Scope(
            globals=frozenset(item.name for item in outside if kind_of(item.type) == "TypeDecl"),
            arrays=frozenset(item.name for item in declared if kind_of(item.type) == "ArrayDecl"),
            num_cells=num_cells,
            max_constant=max_constant,
        )
        found += _pieces(function.body.block_items or [], scope, stream, max_tokens)
    return found or [Reason.EMPTY]


def _pieces(nodes: Sequence[Node], scope: Scope, stream: Stream, max_tokens: int) -> list[IntArray | Reason]:
    """Statements as one program; where it is too long, each half, or the blocks of a single statement."""
    program = Mapping(nodes, scope, stream).program(nodes)
    if not program.statements:
        return [Reason.EMPTY]
    if not assigns_a_cell(program.statements):
        return [Reason.NO_CELL]
    try:
        tokens = to_tokens(program)
    except ProgramError:
        reason = Reason.TOO_MANY_NAMES  # the one limit that a mapped program may break
    else:
        if len(tokens) <= max_tokens:
            return [tokens]
        reason = Reason.TOO_LONG
    middle = len(nodes) // 2
    parts = [nodes[:middle], nodes[middle:]] if middle else blocks_of(nodes[0])
    return [piece for part in parts for piece in _pieces(part, scope, stream, max_tokens)] or [reason]


def load_pycparser() -> Any:
    """The module of pycparser that reads C.

    Raises:
        InputError: it is not installed.
    """
    try:
        from pycparser import c_parser
    except ImportError:
        raise InputError(
            "Csmith's programs are read by pycparser, which is not installed",
            hint="Install it with `pip install 'lasynth[csmith]'`.",
        ) from None
    return c_parser
