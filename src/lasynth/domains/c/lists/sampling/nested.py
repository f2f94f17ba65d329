"""Conditions and values that take an inner loop: whether a number is prime, whether it was seen before.

As idioms they are C with holes; `x` is the element, `i` its index in `a`.
"""

from __future__ import annotations

from typing import Final

from lasynth.domains.c.lists.sampling.templates import Idiom

__all__ = ["CONDITIONS", "VALUES"]

# Those with an index need the list before it.
CONDITIONS: Final = (
    Idiom(
        "seen before",
        """
        int seen = 0;
        for (int j = 0; j < i; j++) { if (a[j] == x) { seen = 1; } }
        return seen == EITHER;
        """,
        3.0,
        has_repeats=True,
    ),
    Idiom(
        "comes again",
        """
        int found = 0;
        for (int j = i + 1; j < n; j++) { if (a[j] == x) { found = 1; break; } }
        return found == EITHER;
        """,
        1.5,
        has_repeats=True,
    ),
    Idiom(
        "how often",
        """
        int count = 0;
        for (int j = 0; j < n; j++) { if (a[j] == x) { count++; } }
        return FREQUENT(count);
        """,
        3.0,
        has_repeats=True,
    ),
    Idiom(
        "larger than all before",
        """
        int good = 1;
        for (int j = 0; j < i; j++) { if (a[j] >= x) { good = 0; } }
        return good == EITHER;
        """,
        1.5,
    ),
    Idiom(
        "larger than all behind",
        """
        int good = 1;
        for (int j = i + 1; j < n; j++) { if (a[j] >= x) { good = 0; } }
        return good == EITHER;
        """,
        1.5,
    ),
    Idiom(
        "prime",
        """
        int prime = x > 1;
        for (int d = 2; d * d <= x; d++) { if (x % d == 0) { prime = 0; } }
        return prime == EITHER;
        """,
        2.0,
    ),
    Idiom(
        "digits",
        """
        int y = x;
        int sum = 0;
        while (y > 0) { sum += y % 10; y /= 10; }
        return DIGITS(sum);
        """,
        1.5,
        not_negative=True,
    ),
    Idiom(
        "in the other list",
        """
        int found = 0;
        for (int j = 0; j < n_b; j++) { if (b[j] == x) { found = 1; } }
        return found == EITHER;
        """,
        8.0,
        has_repeats=True,
    ),
)

VALUES: Final = (
    Idiom(
        "how many smaller",
        """
        int count = 0;
        for (int j = 0; j < n; j++) { if (PAIR(a[j], x)) { count++; } }
        return count;
        """,
        2.0,
    ),
    Idiom(
        "how many before",
        """
        int count = 0;
        for (int j = 0; j < i; j++) { if (PAIR(a[j], x)) { count++; } }
        return count;
        """,
        1.5,
    ),
    Idiom(
        "sum so far",
        "int sum = 0; for (int j = 0; j <= i; j++) { sum += a[j]; } return sum;",
        0.7,
    ),
    Idiom(
        "sum from here",
        "int sum = 0; for (int j = i; j < n; j++) { sum += a[j]; } return sum;",
        1.0,
    ),
    Idiom(
        "digits",
        "int y = x; int sum = 0; while (y > 0) { sum += y % 10; y /= 10; } return sum;",
        2.0,
        not_negative=True,
    ),
    Idiom(
        "number of digits",
        "int y = x; int count = 1; while (y >= 10) { y /= 10; count++; } return count;",
        1.0,
        not_negative=True,
    ),
    Idiom(
        "digits reversed",
        "int y = x; int z = 0; while (y > 0) { z = z * 10 + y % 10; y /= 10; } return z;",
        1.0,
        not_negative=True,
    ),
    Idiom(
        "power",
        "int p = 1; for (int j = 0; j < SMALL; j++) { p *= x; } return p;",
        0.7,
    ),
    Idiom(
        "factorial",
        "int p = 1; for (int j = 2; j <= x; j++) { p *= j; } return p;",
        0.4,
        not_negative=True,
    ),
    Idiom(
        "number of divisors",
        "int count = 0; for (int d = 1; d <= x; d++) { if (x % d == 0) { count++; } } return count;",
        0.6,
        not_negative=True,
    ),
    Idiom(
        "next that is larger",
        """
        int y = -1;
        for (int j = i + 1; j < n; j++) { if (a[j] > x) { y = a[j]; break; } }
        return y;
        """,
        1.0,
        flips=True,
    ),
)
