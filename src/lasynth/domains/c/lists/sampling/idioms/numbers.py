"""Functions of numbers alone: digits, divisors, powers, series."""

from __future__ import annotations

from typing import Final

from lasynth.domains.c.lists.sampling.templates import Idiom

__all__ = ["NUMBER_IDIOMS", "SERIES_IDIOMS"]

# To a number.
NUMBER_IDIOMS: Final = (
    Idiom("sum to k", "int sum = 0; for (int i = 1; i <= STEPS; i++) { sum += VALUE(i); } return sum;", 2.0),
    Idiom(
        "sum of some to k",
        "int sum = 0; for (int i = 1; i <= STEPS; i++) { if (COND(i)) { sum += VALUE(i); } } return sum;",
        3.0,
    ),
    Idiom(
        "count to k",
        "int count = 0; for (int i = 1; i <= STEPS; i++) { if (COND(i)) { count++; } } return count;",
        2.0,
    ),
    Idiom("product to k", "int p = 1; for (int i = 2; i <= COUNT; i++) { p *= i; } return p;", 1.0),
    Idiom("power", "int p = 1; for (int i = 0; i < COUNT; i++) { p *= SMALL; } return p;", 1.2),
    Idiom(
        "series of sums",
        """
        int x = 0;
        int y = 1;
        for (int i = 0; i < STEPS; i++) { int z = x + y; x = y; y = z; }
        return x;
        """,
        1.0,
    ),
    Idiom(
        "recurrence",
        "int x = SMALL; for (int i = 0; i < COUNT; i++) { x = CHANGED(x); } return x;",
        1.0,
    ),
    Idiom(
        "digits summed",
        "int x = NUMBER; int sum = 0; while (x > 0) { sum += VALUE(x % 10); x /= 10; } return sum;",
        2.5,
        of_digits=True,
    ),
    Idiom(
        "digits, some summed",
        """
        int x = NUMBER;
        int sum = 0;
        while (x > 0) {
            int y = x % 10;
            if (COND(y)) { sum += VALUE(y); }
            x /= 10;
        }
        return sum;
        """,
        1.5,
        of_digits=True,
    ),
    Idiom(
        "digits counted",
        """
        int x = NUMBER;
        int count = 0;
        while (x > 0) {
            if (COND(x % 10)) {
                count++;
            }
            x /= 10;
        }
        return count;
        """,
        1.5,
        of_digits=True,
    ),
    Idiom(
        "number of digits",
        "int x = NUMBER; int count = 1; while (x > 9) { count++; x /= 10; } return count;",
        0.8,
    ),
    Idiom(
        "largest digit",
        """
        int x = NUMBER;
        int best = x % 10;
        while (x > 0) { if (x % 10 > best) { best = x % 10; } x /= 10; }
        return best;
        """,
        0.8,
        flips=False,
    ),
    Idiom(
        "digits reversed",
        "int x = NUMBER; int y = 0; while (x > 0) { y = y * 10 + x % 10; x /= 10; } return y;",
        1.5,
    ),
    Idiom(
        "same both ways",
        "int x = NUMBER; int y = 0; while (x > 0) { y = y * 10 + x % 10; x /= 10; } return y == NUMBER;",
        0.6,
    ),
    Idiom(
        "digit sum of the digit sum",
        """
        int x = NUMBER;
        while (x > 9) {
            int sum = 0;
            while (x > 0) { sum += x % 10; x /= 10; }
            x = sum;
        }
        return x;
        """,
        0.8,
    ),
    Idiom(
        "to another base",
        """
        int x = NUMBER;
        int y = 0;
        int p = 1;
        while (x > 0) { y += x % SMALL * p; x /= SMALL; p *= 10; }
        return y;
        """,
        0.6,
    ),
    Idiom(
        "ones of the binary form",
        "int x = NUMBER; int count = 0; while (x > 0) { count += x % 2; x /= 2; } return count;",
        0.8,
    ),
    Idiom(
        "prime",
        """
        if (NUMBER < 2) {
            return 0;
        }
        for (int i = 2; i * i <= NUMBER; i++) {
            if (NUMBER % i == 0) {
                return 0;
            }
        }
        return 1;
        """,
        1.2,
    ),
    Idiom(
        "divisors counted",
        """
        int count = 0;
        for (int i = 1; i <= NUMBER; i++) {
            if (NUMBER % i == 0) {
                count++;
            }
        }
        return count;
        """,
        1.0,
    ),
    Idiom(
        "divisors summed",
        """
        int sum = 0;
        for (int i = 1; i < NUMBER; i++) {
            if (NUMBER % i == 0) {
                sum += VALUE(i);
            }
        }
        return sum;
        """,
        1.0,
    ),
    Idiom(
        "smallest divisor",
        "for (int i = 2; i < NUMBER; i++) { if (NUMBER % i == 0) { return i; } } return NUMBER;",
        0.8,
    ),
    Idiom(
        "greatest common divisor",
        "int x = NUMBER; int y = ANY; while (y != 0) { int r = x % y; x = y; y = r; } return x;",
        1.5,
    ),
    Idiom(
        "steps to one",
        """
        int x = NUMBER;
        int count = 0;
        while (x > 1) {
            if (x % 2 == 0) { x /= 2; } else { x = x * 3 + 1; }
            count++;
        }
        return count;
        """,
        0.8,
    ),
    Idiom(
        "halvings", "int x = NUMBER; int count = 0; while (x > 1) { x /= SMALL; count++; } return count;", 0.8
    ),
    Idiom(
        "halvings without rest",
        """
        int x = NUMBER;
        int count = 0;
        while (x > 0 && x % SMALL == 0) {
            x /= SMALL;
            count++;
        }
        return count;
        """,
        0.6,
    ),
    Idiom("root", "int x = 0; while ((x + 1) * (x + 1) <= NUMBER) { x++; } return x;", 0.8),
    Idiom("next of a kind", "int x = NUMBER; while (UNLESS(x)) { x++; } return x;", 0.5),
    Idiom(
        "sum until it exceeds",
        "int sum = 0; int i = 0; while (sum < NUMBER) { i++; sum += VALUE(i); } return i;",
        0.8,
    ),
    Idiom("formula", "return CHANGED(NUMBER);", 0.7),
    Idiom("formula of two", "return JOIN(ANY, NUMBER);", 0.8),
    Idiom("in two ways", "if (COND(NUMBER)) { return CHANGED(NUMBER); } return VALUE(NUMBER);", 1.5),
    Idiom(
        "in three ways",
        """
        if (COND(NUMBER)) { return CHANGED(NUMBER); }
        if (COND_2(NUMBER)) { return CHANGED_2(NUMBER); }
        return NONE;
        """,
        0.8,
    ),
    Idiom("compared", "if (PAIR(ANY, NUMBER)) { return JOIN(ANY, NUMBER); } return VALUE(ANY);", 0.8),
    Idiom(
        "pairs to k",
        """
        int count = 0;
        for (int i = 1; i <= STEPS; i++) {
            for (int j = i; j <= STEPS; j++) { if (COND(i + j)) { count++; } }
        }
        return count;
        """,
        0.4,
    ),
)

# To a list.
SERIES_IDIOMS: Final = (
    Idiom("up to k", "for (int i = 0; i < STEPS; i++) { out[i] = VALUE(i); } return STEPS;", 2.0),
    Idiom(
        "from one to k", "int m = 0; for (int i = 1; i <= STEPS; i++) { out[m++] = VALUE(i); } return m;", 1.5
    ),
    Idiom(
        "some up to k",
        "int m = 0; for (int i = 1; i <= STEPS; i++) { if (COND(i)) { out[m++] = VALUE(i); } } return m;",
        2.5,
    ),
    Idiom(
        "down from k", "int m = 0; for (int i = STEPS; i > 0; i--) { out[m++] = VALUE(i); } return m;", 1.2
    ),
    Idiom("multiples", "for (int i = 0; i < COUNT; i++) { out[i] = (i + 1) * SMALL; } return COUNT;", 1.0),
    Idiom("the same so often", "for (int i = 0; i < COUNT; i++) { out[i] = ANY; } return COUNT;", 0.4),
    Idiom(
        "digits", "int x = NUMBER; int m = 0; while (x > 0) { out[m++] = x % 10; x /= 10; } return m;", 1.5
    ),
    Idiom(
        "digits in order",
        """
        int x = NUMBER;
        int m = 0;
        while (x > 0) { out[m++] = x % 10; x /= 10; }
        for (int i = 0; i < m / 2; i++) { int y = out[i]; out[i] = out[m - 1 - i]; out[m - 1 - i] = y; }
        return m;
        """,
        0.8,
    ),
    Idiom(
        "binary form",
        "int x = NUMBER; int m = 0; while (x > 0) { out[m++] = x % SMALL; x /= SMALL; } return m;",
        0.8,
    ),
    Idiom(
        "divisors",
        """
        int m = 0;
        for (int i = 1; i <= NUMBER; i++) {
            if (NUMBER % i == 0) {
                out[m++] = VALUE(i);
            }
        }
        return m;
        """,
        1.2,
        longest=64,
    ),
    Idiom(
        "prime factors",
        """
        int x = NUMBER;
        int m = 0;
        for (int i = 2; i <= x; i++) { while (x % i == 0) { out[m++] = i; x /= i; } }
        return m;
        """,
        0.8,
    ),
    Idiom(
        "primes",
        """
        int m = 0;
        for (int i = 2; i <= STEPS; i++) {
            int prime = 1;
            for (int d = 2; d < i; d++) { if (i % d == 0) { prime = 0; } }
            if (prime) { out[m++] = i; }
        }
        return m;
        """,
        0.6,
    ),
    Idiom(
        "series of sums",
        """
        int x = 0;
        int y = 1;
        for (int i = 0; i < STEPS; i++) { out[i] = x; int z = x + y; x = y; y = z; }
        return STEPS;
        """,
        0.8,
    ),
    Idiom(
        "recurrence",
        "int x = ANY; for (int i = 0; i < COUNT; i++) { out[i] = x; x = CHANGED(x); } return COUNT;",
        1.2,
    ),
    Idiom(
        "sums so far",
        "int sum = 0; for (int i = 0; i < STEPS; i++) { sum += VALUE(i); out[i] = sum; } return STEPS;",
        0.8,
    ),
    Idiom(
        "steps to one",
        """
        int x = NUMBER;
        int m = 0;
        while (x > 1) {
            out[m++] = x;
            if (x % 2 == 0) { x /= 2; } else { x = x * 3 + 1; }
        }
        return m;
        """,
        0.5,
    ),
    Idiom(
        "each so often as it says",
        """
        int m = 0;
        for (int i = 1; i <= COUNT; i++) { for (int j = 0; j < i; j++) { out[m++] = VALUE(i); } }
        return m;
        """,
        0.5,
    ),
    Idiom(
        "from one to another",
        "int m = 0; for (int i = ANY; i <= STEPS; i++) { out[m++] = VALUE(i); } return m;",
        0.8,
    ),
    Idiom("shares", "for (int i = 0; i < SMALL; i++) { out[i] = NUMBER / SMALL; } return SMALL;", 0.3),
    Idiom("quotient and rest", "out[0] = NUMBER / DIVISOR; out[1] = NUMBER % DIVISOR; return 2;", 0.6),
)
