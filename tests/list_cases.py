"""Runs of programs of `lists`, one line each: a body, the first list, and what comes of it.

The functions have a second list `b`, which is 10, 20, and a number `k`, which is 3. Whatever runs programs
has to agree with all lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from lasynth.domains.base import Status
from lasynth.domains.c.lists.layout import NUMBER
from lasynth.grammar import IntArray

MAX_INT: Final = 2**31 - 1
MIN_INT: Final = -(2**31)
OUT_OF_RANGE, OVERFLOW, UNSET = Status.OUT_OF_RANGE, Status.OVERFLOW, Status.UNSET
DIVISION, NO_VALUE, OUT_OF_FUEL = Status.DIVISION, Status.NO_VALUE, Status.OUT_OF_FUEL

SECOND: Final = [10, 20]
NUMBERS: Final = [3]
HEADS: Final = {
    "number": "int f(const int a[], int n, const int b[], int m, int k)",
    "list": "int f(const int a[], int n, const int b[], int m, int k, int out[])",
    "place": "void f(int a[], int n, const int b[], int m, int k)",
}

Wanted = int | list[int] | Status
# What no literal and no single sum can say.
LEAST: Final = "-2147483000 - 648"
MOST: Final = "2147483000 + 647"


@dataclass(frozen=True)
class Case:
    kind: str
    body: str
    cells: Sequence[int]
    wanted: Wanted

    @property
    def text(self) -> str:
        return f"{HEADS[self.kind]} {{ {self.body} }}"


VALUES: Final[list[tuple[str, list[int], Wanted]]] = [
    ("return 7;", [], 7),
    ("return -7;", [], -7),
    ("return 100;", [], 100),
    ("return -100;", [], -100),
    ("return n;", [4, 5, 6], 3),
    ("return m;", [], 2),
    ("return k;", [], 3),
    ("return a[0];", [4, 5], 4),
    ("return a[n - 1];", [4, 5], 5),
    ("return b[a[0]];", [1], 20),
    # Arithmetic.
    ("return 2 + 3 * 4;", [], 14),
    ("return (2 + 3) * 4;", [], 20),
    ("return 10 - 4 - 3;", [], 3),
    ("return 10 - (4 - 3);", [], 9),
    ("return 24 / 4 / 2;", [], 3),
    ("return 24 / (4 / 2);", [], 12),
    ("return 7 % 4 * 5;", [], 15),
    ("return a[0] * b[0] + b[1];", [7], 90),
    ("return a[0] - -3;", [7], 10),
    ("return -a[0];", [7], -7),
    ("return -(-a[0]);", [7], 7),
    ("return -(a[0] - 9);", [7], 2),
    ("return !a[0];", [7], 0),
    ("return !a[0];", [0], 1),
    ("return !(!a[0]);", [7], 1),
    ("return !(-a[0]);", [7], 0),
    # Division truncates, and a remainder has the sign of the dividend.
    *(
        (f"return a[0] {operator} a[1];", [left, right], wanted)
        for left, right, quotient, remainder in (
            *((7, 2, 3, 1), (-7, 2, -3, -1), (7, -2, -3, 1), (-7, -2, 3, -1), (6, 3, 2, 0), (-6, 3, -2, 0)),
            *(
                (1, 2, 0, 1),
                (-1, 2, 0, -1),
                (0, 5, 0, 0),
                (MIN_INT, 1, MIN_INT, 0),
                (MIN_INT, 2, -(2**30), 0),
            ),
            *((MAX_INT, -1, -MAX_INT, 0), (MIN_INT, MIN_INT, 1, 0), (MAX_INT, MIN_INT, 0, MAX_INT)),
            *((MIN_INT, MAX_INT, -1, -1), (MIN_INT, -1, OVERFLOW, OVERFLOW), (5, 0, DIVISION, DIVISION)),
            *((0, 0, DIVISION, DIVISION), (MIN_INT, 0, DIVISION, DIVISION)),
        )
        for operator, wanted in (("/", quotient), ("%", remainder))
    ),
    # At the limits of 32 bits.
    *(
        (f"return a[0] {operator} a[1];", [left, right], wanted)
        for left, operator, right, wanted in (
            (MAX_INT, "+", 0, MAX_INT),
            (MAX_INT, "+", 1, OVERFLOW),
            (MIN_INT, "+", -1, OVERFLOW),
            (MIN_INT, "+", MAX_INT, -1),
            (MIN_INT, "-", 1, OVERFLOW),
            (MAX_INT, "-", -1, OVERFLOW),
            (0, "-", MIN_INT, OVERFLOW),
            (-1, "-", MIN_INT, MAX_INT),
            (46341, "*", 46341, OVERFLOW),
            (46340, "*", 46340, 2147395600),
            (MIN_INT, "*", -1, OVERFLOW),
            (MIN_INT, "*", 1, MIN_INT),
            (MIN_INT, "*", MIN_INT, OVERFLOW),
            (65536, "*", -32768, MIN_INT),
        )
    ),
    ("return -a[0];", [MIN_INT], OVERFLOW),
    ("return -a[0];", [MAX_INT], -MAX_INT),
    (f"return {LEAST};", [], MIN_INT),
    (f"return {LEAST} - 1;", [], OVERFLOW),
    (f"return {MOST};", [], MAX_INT),
    (f"return {MOST} + 1;", [], OVERFLOW),
    (f"return (-1) / (a[0] * 0) + ({MOST} + 1);", [1], DIVISION),
    (f"return ({MOST} + 1) + (-1) / (a[0] * 0);", [1], OVERFLOW),
    # Comparisons, in all places.
    *(
        (f"return a[0] {relation} a[1];", pair, int(holds))
        for relation, holdings in {
            "<": (True, False, False),
            "<=": (True, True, False),
            ">": (False, False, True),
            ">=": (False, True, True),
            "==": (False, True, False),
            "!=": (True, False, True),
        }.items()
        for pair, holds in zip(([1, 2], [2, 2], [2, 1]), holdings, strict=True)
    ),
    ("if (a[0] < a[1]) { return 1; } return 2;", [1, 2], 1),
    ("if (a[0] < a[1]) { return 1; } return 2;", [2, 1], 2),
    ("if (a[0] > a[1]) { return 1; } return 2;", [2, 1], 1),
    ("if (a[0] >= a[1]) { return 1; } return 2;", [1, 2], 2),
    ("if (a[0] <= a[1]) { return 1; } return 2;", [2, 1], 2),
    ("if (a[0] == a[1]) { return 1; } return 2;", [2, 1], 2),
    ("if (a[0] != a[1]) { return 1; } return 2;", [2, 1], 1),
    ("if (a[0]) { return 1; } return 2;", [-5], 1),
    ("if (!a[0]) { return 1; } return 2;", [-5], 2),
    ("return (1 < 2) + (2 < 1) * 10;", [], 1),
    ("return (a[0] < a[1]) == (a[1] < a[0]);", [2, 2], 1),
    ("return (3 < 2) < 1;", [], 1),
    ("return 3 > 2 > 1;", [], 0),
    ("return 2 == 1 < 2;", [], 0),
    ("return 1 || 0 && 0;", [], 1),
    # A comparison that is assigned is assigned, whatever is asked of it then.
    ("int x = a[0] < a[1]; if (x) { return x + 5; } return x;", [1, 2], 6),
    ("int x = a[0] > a[1]; if (x) { return x + 5; } return x;", [1, 2], 0),
    ("int x = 9; x = a[0] < a[1]; int y = x && 1; return 10 * x + y;", [1, 2], 11),
    ("int x = 9; x = a[0] < a[1]; return x ? x : 7;", [1, 2], 1),
    ("int x = 9; x = !a[0]; while (x) { x--; return 5; } return x;", [0], 5),
    # The right side is looked at where it matters only.
    ("return a[0] && a[1];", [2, 3], 1),
    ("return a[0] && a[1];", [2, 0], 0),
    ("return a[0] && a[9];", [0], 0),
    ("return a[0] && a[9];", [1], OUT_OF_RANGE),
    ("return a[0] || a[1];", [0, 3], 1),
    ("return a[0] || a[1];", [0, 0], 0),
    ("return a[0] || a[9];", [-1], 1),
    ("return a[0] || a[9];", [0], OUT_OF_RANGE),
    ("return n > 0 && a[0] > 0;", [], 0),
    ("return (a[0] && 1 / a[0]) || a[1];", [0, 4], 1),
    ("return a[0] && (a[1] || 1 / a[1]);", [1, 0], DIVISION),
    ("return 1 || 1 / 0;", [], 1),
    ("return 0 && 1 / 0;", [], 0),
    ("if (a[0] > 0 && a[1] > 0) { return 1; } return 0;", [1, 1], 1),
    ("if (a[0] > 0 && a[1] > 0) { return 1; } return 0;", [1, 0], 0),
    ("if (a[0] > 0 || a[1] > 0) { return 1; } return 0;", [0, 1], 1),
    ("if (a[0] > 0 || a[1] > 0) { return 1; } return 0;", [0, 0], 0),
    ("if ((a[0] || a[1]) && a[2]) { return 1; } return 0;", [0, 1, 0], 0),
    ("return (a[0] && a[1]) + (a[0] || a[1]);", [0, 1], 1),
    # So is one of two values.
    ("return a[0] ? 5 : 6;", [1], 5),
    ("return a[0] ? 5 : 6;", [0], 6),
    ("return a[0] ? a[0] : a[9];", [4], 4),
    ("return a[0] ? a[9] : a[0];", [0], 0),
    ("return a[0] > 0 ? 1 : a[0] < 0 ? -1 : 0;", [5], 1),
    ("return a[0] > 0 ? 1 : a[0] < 0 ? -1 : 0;", [-5], -1),
    ("return a[0] > 0 ? 1 : a[0] < 0 ? -1 : 0;", [0], 0),
    ("return (a[0] ? 1 : 2) * 10 + (a[1] ? 3 : 4);", [0, 1], 23),
    ("return a[a[0] ? 1 : 2];", [0, 8, 9], 9),
    ("return 1 ? 2 : 1 / 0;", [], 2),
    ("int x = a[0] > a[1] ? a[0] : a[1]; return x;", [3, 9], 9),
    ("int x = 1; x += a[0] ? 10 : 20; return x;", [0], 21),
    # Variables.
    ("int x; x = 4; return x;", [], 4),
    ("int x, y = 2; x = y; return x + y;", [], 4),
    ("int x = 1, y = x + 1; return y;", [], 2),
    ("int x = 5; x += 3; return x;", [], 8),
    ("int x = 5; x -= 3; return x;", [], 2),
    ("int x = 5; x *= 3; return x;", [], 15),
    ("int x = -7; x /= 2; return x;", [], -3),
    ("int x = -7; x %= 2; return x;", [], -1),
    ("int x = 5; x *= 2 + 3; return x;", [], 25),
    ("int x = 5; x -= x - 2; return x;", [], 2),
    ("int x = 5; x++; x++; x--; return x;", [], 6),
    ("int x = 5; ++x; --x; ++x; return x;", [], 6),
    ("int x = 5; x /= a[0]; return x;", [0], DIVISION),
    ("int x = 5; x %= a[0]; return x;", [0], DIVISION),
    (f"int x = {LEAST}; x /= -1; return x;", [], OVERFLOW),
    (f"int x = {LEAST}; x %= -1; return x;", [], OVERFLOW),
    (f"int x = {LEAST}; x--; return x;", [], OVERFLOW),
    (f"int x = {MOST}; x++; return x;", [], OVERFLOW),
    (f"int x = {MOST}; x += 1; return x;", [], OVERFLOW),
    (f"int x = {MOST}; x *= 2; return x;", [], OVERFLOW),
    ("n = 7; k += n; return k;", [], 10),
    ("int x = 1; if (1) { int x2 = 2; x += x2; } return x;", [], 3),
    ("if (k) { int x = 2; k += x; } int y = 9; return k + y;", [], 14),
    ("int x = 1000; int y = 2; y += x; x -= y; return x * y;", [], -2004),
    # What is not set.
    ("int x; return x;", [], UNSET),
    ("int x; x++; return x;", [], UNSET),
    ("int x; x += 1; return x;", [], UNSET),
    ("int x; return x && 0;", [], UNSET),
    ("int x; if (a[0]) { x = 1; } return x;", [1], 1),
    ("int x; if (a[0]) { x = 1; } return x;", [0], UNSET),
    ("int x = x; return x;", [], UNSET),
    ("int x; return 5;", [], 5),
    ("int x; return 0 && x;", [], 0),
    ("int x; int i = 0; return a[i] + x;", [], OUT_OF_RANGE),
    ("for (int i = 0; i < 2; i++) { int x; if (i == 0) { x = 4; } k += x; } return k;", [], UNSET),
    # Cells.
    ("return a[n];", [1, 2], OUT_OF_RANGE),
    ("return a[-1];", [1, 2], OUT_OF_RANGE),
    ("return a[0];", [], OUT_OF_RANGE),
    ("return a[2147483000];", [1], OUT_OF_RANGE),
    ("return a[-2147483000];", [1], OUT_OF_RANGE),
    ("return b[2];", [1, 2, 3], OUT_OF_RANGE),
    ("return a[a[1] + a[0]];", [0, 1], 1),
    ("return a[a[a[0]]];", [1, 2, 7], 7),
    ("return a[63];", [*range(64)], 63),
    ("return a[64];", [*range(64)], OUT_OF_RANGE),
    # Lists to work with.
    ("int t[64]; t[5] = 4; return t[5];", [], 4),
    ("int t[64]; t[63] = 4; t[0] = 3; return t[63] + t[0];", [], 7),
    ("int t[64]; t[64] = 4; return 1;", [], OUT_OF_RANGE),
    ("int t[64]; t[-1] = 4; return 1;", [], OUT_OF_RANGE),
    ("int t[64]; t[2147483000] = 4; return 1;", [], OUT_OF_RANGE),
    ("int t[64]; t[0] = 4; return t[64];", [], OUT_OF_RANGE),
    ("int t[64]; t[0] = 4; return t[1];", [], UNSET),
    ("int t[64]; return t[0];", [], UNSET),
    ("int t[64]; t[0]++; return t[0];", [], UNSET),
    ("int t[64]; t[0] += 1; return t[0];", [], UNSET),
    ("int t[64]; int u[64]; t[0] = 4; u[0] = 5; return 10 * t[0] + u[0];", [], 45),
    ("int t[64]; t[0] = 1; t[0] += 2; t[0] *= 5; return t[0];", [], 15),
    ("int t[64]; t[0] = 7; t[0] /= 2; t[0] %= 2; t[0] -= 9; t[0]--; return t[0];", [], -9),
    (f"int t[64]; t[0] = {MOST}; t[0]++; return 0;", [], OVERFLOW),
    (f"int t[64]; t[0] = {LEAST}; t[0]--; return 0;", [], OVERFLOW),
    # The index comes first, then the old value, the value, and the place.
    ("int t[64]; t[a[9]] = 1 / 0; return 0;", [], OUT_OF_RANGE),
    ("int t[64]; t[64] = 1 / 0; return 0;", [], DIVISION),
    ("int t[64]; t[0] = 1; t[64] += 1 / 0; return 0;", [], OUT_OF_RANGE),
    ("int t[64]; t[0] = 1; t[0] += 1 / 0; return 0;", [], DIVISION),
    ("return a[9] / (1 / 0);", [], OUT_OF_RANGE),
    ("return a[9] % (1 / 0);", [], OUT_OF_RANGE),
    ("return (1 / 0) / a[9];", [], DIVISION),
    ("return a[9] == (1 / 0);", [], OUT_OF_RANGE),
    ("return a[9] + (1 / 0);", [], OUT_OF_RANGE),
    ("return (1 / 0) + a[9];", [], DIVISION),
    ("return a[1 / 0];", [], DIVISION),
    # An index that is counted on.
    ("int i = 0; int x = a[i++]; return 10 * x + i;", [4, 5], 41),
    ("int i = 1; int x = a[i--]; return 10 * x + i;", [4, 5], 50),
    ("int i = 0; int x = 0; x = a[i++]; x += a[i++]; return 10 * x + i;", [4, 5], 92),
    (
        "int i = 0; int j = 0; int t[64]; t[i++] = a[j++]; t[i++] = a[j++]; return 100 * t[1] + 10 * i + j;",
        [4, 5],
        522,
    ),
    ("int i = 1; int t[64]; t[i--] = 7; return 10 * t[1] + i;", [], 70),
    ("int i = 1; int t[64]; t[1] = 2; t[i++]++; return 10 * t[1] + i;", [], 32),
    ("int i = 1; int t[64]; t[1] = 2; t[i++] *= 4; return 10 * t[1] + i;", [], 82),
    ("int i = 64; int t[64]; t[i++] = 7; return i;", [], OUT_OF_RANGE),
    ("int i = 9; int x = a[i++]; return i;", [4], OUT_OF_RANGE),
    (f"int i = {MOST}; int x = a[i++]; return 0;", [4], OUT_OF_RANGE),
    (f"int i = {MOST}; int t[64]; t[i++] = 1; return 0;", [4], OUT_OF_RANGE),
    ("int i = 0; while (i < n) { k += a[i++]; } return k;", [4, 5], 12),
    # Branches.
    ("if (k == 3) return 1; else return 2;", [], 1),
    ("if (k == 4) { return 1; } else { return 2; }", [], 2),
    ("if (k == 1) { k = 5; } else if (k == 3) { k = 6; } else { k = 7; } return k;", [], 6),
    ("if (k == 1) { k = 5; } else if (k == 2) { k = 6; } else { k = 7; } return k;", [], 7),
    ("if (k) { if (n) { k = 1; } else { k = 2; } } return k;", [], 2),
    ("if (k) { } return k;", [], 3),
    ("if (k) { } else { k = 9; } return k;", [], 3),
    # Loops.
    ("int s = 0; for (int i = 0; i < n; i++) { s += a[i]; } return s;", [1, 2, 3], 6),
    ("int s = 0; for (int i = 0; i < n; i++) { s += a[i]; } return s;", [], 0),
    ("int s = 0; for (int i = n - 1; i >= 0; i--) { s = 10 * s + a[i]; } return s;", [1, 2, 3], 321),
    ("int s = 0; for (int i = 0; i < n; i += 2) { s += a[i]; } return s;", [1, 2, 3], 4),
    (
        "int s = 0; for (int i = 0, j = n - 1; i < j; i++, j--) { s += a[i] * a[j]; } return s;",
        [1, 2, 3, 4],
        10,
    ),
    ("int i; for (i = 0; a[i]; i++) { } return i;", [1, 1, 0], 2),
    ("int i; for (i = 0; a[i]; i++) { } return i;", [1, 1], OUT_OF_RANGE),
    ("int i = 0; for (; i < 5;) { i += 2; } return i;", [], 6),
    ("int i = 0; for (;;) { i++; if (i == 7) { break; } } return i;", [], 7),
    ("for (;;) { return 4; }", [], 4),
    ("for (int i = 0; i < n; i++) { if (a[i] == k) { return i; } } return -1;", [1, 3, 3], 1),
    ("for (int i = 0; i < n; i++) { if (a[i] == k) { return i; } } return -1;", [1], -1),
    ("for (int i = 0; i < 3; i++) { for (int j = 0; j < 3; j++) { if (j == i) return 10 * i + j; } }", [], 0),
    ("while (k < 50) { k *= 2; } return k;", [], 96),
    ("while (k > 50) { k *= 2; } return k;", [], 3),
    ("while (k) { k--; n += 2; } return n;", [1], 7),
    ("while (1) { k++; if (k > 8) break; } return k;", [], 9),
    ("while (k < 9 && k != 7) { k++; } return k;", [], 7),
    (
        "int s = 0; for (int i = 0; i < n; i++) { if (a[i] < 0) { continue; } s += a[i]; } return s;",
        [1, -2, 3],
        4,
    ),
    (
        "int i = 0; int s = 0; while (i < n) { i++; if (a[i - 1] < 0) continue; s += a[i - 1]; } return s;",
        [1, -2, 3],
        4,
    ),
    (
        (
            "int s = 0; for (int i = 0; i < 3; i++) { int j = 0; "
            "while (1) { j++; if (j > i) { break; } s += 10; } s++; } return s;"
        ),
        [],
        33,
    ),
    (
        (
            "int s = 0; for (int i = 0; i < 4; i++) { for (int j = 0; j < 4; j++) { "
            "if (j == i) { continue; } if (j > 2) break; s++; } if (i == 2) { break; } } return 10 * s + k;"
        ),
        [],
        63,
    ),
    (
        (
            "int s = 0; for (int i = 0; i < 2; i++) { for (int j = 0; j < 2; j++) { "
            "for (int p = 0; p < 2; p++) { s += i * 4 + j * 2 + p; } } } return s;"
        ),
        [],
        28,
    ),
    ("int s = 0; for (int i = 0; i < 3; i++) { int x = i; x *= 2; s += x; } return s;", [], 6),
    ("int x = 0; for (int i = 0; i < 3; x = i > 1 ? 5 : 6, i++) { } return x;", [], 5),
    ("int x = 0; for (int i = 0; i < 3; i++) { x = i && x ? 1 : 2; } return x;", [], 1),
    # The end without a value.
    ("k = 1;", [], NO_VALUE),
    ("", [], NO_VALUE),
    ("if (k == 1) { return 1; }", [], NO_VALUE),
    ("while (k) { k--; }", [], NO_VALUE),
]

LISTS: Final[list[tuple[str, list[int], Wanted]]] = [
    ("return 0;", [1], []),
    ("out[0] = 5; return 1;", [], [5]),
    ("out[0] = 5; out[1] = 6; return 1;", [], [5]),
    ("out[1] = 6; return 0;", [], []),
    (
        "int m2 = 0; for (int i = 0; i < n; i++) { if (a[i] > k) { out[m2++] = a[i]; } } return m2;",
        [1, 5, 3, 7],
        [5, 7],
    ),
    ("for (int i = 0; i < n; i++) { out[i] = a[n - 1 - i]; } return n;", [1, 2, 3], [3, 2, 1]),
    ("for (int i = 0; i < n; i++) { out[i] = a[n - 1 - i]; } return n;", [], []),
    ("for (int i = 0; i < 64; i++) { out[i] = i; } return 64;", [], [*range(64)]),
    ("for (int i = 0; i < 64; i++) { out[i] = a[i]; } return n;", [*range(64)], [*range(64)]),
    ("for (int i = 0; i < 64; i++) { out[i] = i; } return 65;", [], OUT_OF_RANGE),
    ("for (int i = 0; i < 65; i++) { out[i] = i; } return 64;", [], OUT_OF_RANGE),
    ("return -1;", [], OUT_OF_RANGE),
    ("out[-1] = 1; return 0;", [], OUT_OF_RANGE),
    ("out[64] = 1; return 0;", [], OUT_OF_RANGE),
    ("out[0] = 1; return 2;", [], UNSET),
    ("return 1;", [], UNSET),
    ("out[1] = 1; return 2;", [], UNSET),
    ("out[0] = 1; out[1] = out[0] + 1; out[1] *= 3; out[0]++; return 2;", [], [2, 6]),
    ("out[0] = 1; return out[1];", [], UNSET),
    ("out[0] = 1; return out[64];", [], OUT_OF_RANGE),
    ("return out[0];", [], UNSET),
    ("out[0] = 1 / k; return 1 / n;", [], DIVISION),
    ("int t[64]; t[0] = 3; out[0] = t[0]; return 1;", [], [3]),
    ("int i = 0; int j = 0; out[i++] = a[j++]; out[i++] = b[j]; return i;", [4], [4, 20]),
    ("out[0] = 7;", [], NO_VALUE),
    ("out[0] = 7; if (n) { return 1; }", [], NO_VALUE),
]

PLACES: Final[list[tuple[str, list[int], Wanted]]] = [
    ("", [1, 2], [1, 2]),
    ("", [], []),
    ("a[0] = 7;", [1, 2], [7, 2]),
    ("a[1] += b[1];", [1, 2], [1, 22]),
    ("a[0]++; a[1]--; ++a[0]; --a[1];", [1, 2], [3, 0]),
    ("return;", [1, 2], [1, 2]),
    ("a[0] = 9; return; a[1] = 9;", [1, 2], [9, 2]),
    ("for (int i = 0; i < n; i++) { if (a[i] == 2) { return; } a[i] = 0; }", [1, 2, 1], [0, 2, 1]),
    ("for (int i = 0; i < n; i++) { a[i] *= a[i]; }", [1, -2, 3], [1, 4, 9]),
    (
        "for (int i = 0; i < n / 2; i++) { int x = a[i]; a[i] = a[n - 1 - i]; a[n - 1 - i] = x; }",
        [1, 2, 3],
        [3, 2, 1],
    ),
    ("n = 0;", [1, 2], [1, 2]),
    ("a[n] = 1;", [1, 2], OUT_OF_RANGE),
    ("a[-1]++;", [1, 2], OUT_OF_RANGE),
    ("a[0] = 1;", [], OUT_OF_RANGE),
    ("a[0] = a[0];", [], OUT_OF_RANGE),
    ("a[63] = 5; a[0] = 6;", [*range(64)], [6, *range(1, 63), 5]),
    ("a[64] = 5;", [*range(64)], OUT_OF_RANGE),
    ("a[0] /= 0;", [1], DIVISION),
    ("a[0] *= 2;", [MAX_INT], OVERFLOW),
    ("a[0]--;", [MIN_INT], OVERFLOW),
    ("int i = 0; a[i++] = 5; a[i++] += 5; a[i]++;", [1, 1, 1], [5, 6, 2]),
    (
        (
            "int t[64]; for (int i = 0; i < n; i++) { t[a[i]] = i; } "
            "for (int i = 0; i < n; i++) { a[i] = t[i]; }"
        ),
        [2, 0, 1],
        [1, 2, 0],
    ),
]

CASES: Final = [
    Case(kind, *row)
    for kind, rows in (("number", VALUES), ("list", LISTS), ("place", PLACES))
    for row in rows
]


def shown(wanted: Wanted) -> str:
    """What came of a run, to compare: a status is a number too."""
    return wanted.name if isinstance(wanted, Status) else str(wanted)


def result_of(output_M: IntArray, status: int) -> str:
    """What came of a run, as `shown` has it."""
    if status != Status.OK:
        return shown(Status(status))
    return shown(int(output_M[1]) if output_M[0] == NUMBER else output_M[1 : 1 + output_M[0]].tolist())
