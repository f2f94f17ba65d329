"""From a list to a number by going along it: sums, counts, extremes, runs."""

from __future__ import annotations

from typing import Final

from lasynth.domains.c.lists.sampling.templates import Idiom

__all__ = ["FOLD_IDIOMS"]

FOLD_IDIOMS: Final = (
    Idiom("sum", "int sum = 0; for (int i = 0; i < n; i++) { sum += VALUE(a[i], i); } return sum;", 4.0),
    Idiom(
        "sum of some",
        """
        int sum = 0;
        for (int i = 0; i < n; i++) { if (COND(a[i], i)) { sum += VALUE(a[i], i); } }
        return sum;
        """,
        7.0,
    ),
    Idiom(
        "count",
        """
        int count = 0;
        for (int i = 0; i < n; i++) { if (COND(a[i], i)) { count++; } }
        return count;
        """,
        8.0,
    ),
    Idiom(
        "product", "int p = 1; for (int i = 0; i < n; i++) { p *= VALUE(a[i], i); } return p;", 1.5, longest=8
    ),
    Idiom(
        "product of some",
        """
        int p = 1;
        for (int i = 0; i < n; i++) { if (COND(a[i], i)) { p *= a[i]; } }
        return p;
        """,
        1.0,
        longest=8,
    ),
    Idiom(
        "largest",
        """
        int best = a[0];
        for (int i = 1; i < n; i++) { if (a[i] > best) { best = a[i]; } }
        return best;
        """,
        4.0,
        flips=True,
        least=1,
        is_extreme=True,
    ),
    Idiom(
        "largest value",
        """
        int best = 0;
        for (int i = 0; i < n; i++) { int x = CHANGED(a[i], i); if (x > best) { best = x; } }
        return best;
        """,
        1.5,
    ),
    Idiom(
        "largest of some",
        """
        int best = NONE;
        for (int i = 0; i < n; i++) { if (COND(a[i], i) && a[i] > best) { best = a[i]; } }
        return best;
        """,
        2.0,
        not_negative=True,
    ),
    Idiom(
        "largest and smallest",
        """
        int x = a[0];
        int y = a[0];
        for (int i = 1; i < n; i++) {
            if (a[i] < x) { x = a[i]; }
            if (a[i] > y) { y = a[i]; }
        }
        return MIX(y, x);
        """,
        1.5,
        least=1,
    ),
    Idiom(
        "place of the largest",
        """
        int m = 0;
        for (int i = 1; i < n; i++) { if (a[i] > a[m]) { m = i; } }
        return m;
        """,
        2.0,
        flips=True,
    ),
    Idiom(
        "last place of the largest",
        """
        int m = 0;
        for (int i = 1; i < n; i++) { if (a[i] >= a[m]) { m = i; } }
        return m;
        """,
        0.8,
        flips=True,
        has_repeats=True,
    ),
    Idiom(
        "second largest",
        """
        int best = a[0];
        int second = a[1];
        if (second > best) { best = a[1]; second = a[0]; }
        for (int i = 2; i < n; i++) {
            if (a[i] > best) { second = best; best = a[i]; }
            else if (a[i] > second) { second = a[i]; }
        }
        return second;
        """,
        1.0,
        flips=True,
        least=2,
    ),
    Idiom(
        "with signs in turn",
        """
        int sum = 0;
        for (int i = 0; i < n; i++) {
            if (i % 2 == 0) { sum += a[i]; } else { sum -= a[i]; }
        }
        return sum;
        """,
        1.2,
    ),
    Idiom(
        "two sums",
        """
        int x = 0;
        int y = 0;
        for (int i = 0; i < n; i++) {
            if (COND(a[i], i)) { x += a[i]; } else { y += a[i]; }
        }
        return MIX(x, y);
        """,
        1.5,
    ),
    Idiom(
        "two counts",
        """
        int x = 0;
        int y = 0;
        for (int i = 0; i < n; i++) {
            if (COND(a[i], i)) { x++; }
            if (UNLESS(a[i], i)) { y++; }
        }
        return COMPARE(x, y);
        """,
        0.6,
    ),
    Idiom(
        "counts compared",
        """
        int count = 0;
        for (int i = 0; i < n; i++) { if (COND(a[i], i)) { count++; } }
        return COMPARE(count * 2, n);
        """,
        0.7,
    ),
    Idiom(
        "more or less",
        """
        int count = 0;
        for (int i = 0; i < n; i++) {
            if (COND(a[i], i)) { count++; } else { count--; }
        }
        return count;
        """,
        0.8,
    ),
    Idiom(
        "longest run",
        """
        int best = 0;
        int run = 0;
        for (int i = 0; i < n; i++) {
            if (COND(a[i], i)) {
                run++;
                if (run > best) { best = run; }
            } else {
                run = 0;
            }
        }
        return best;
        """,
        2.0,
        has_repeats=True,
    ),
    Idiom(
        "longest run of neighbours",
        """
        int best = 1;
        int run = 1;
        for (int i = 1; i < n; i++) {
            if (PAIR(a[i - 1], a[i])) { run++; } else { run = 1; }
            if (run > best) { best = run; }
        }
        return best;
        """,
        2.0,
        has_repeats=True,
    ),
    Idiom(
        "number of runs",
        """
        int count = n > 0;
        for (int i = 1; i < n; i++) { if (a[i] != a[i - 1]) { count++; } }
        return count;
        """,
        1.0,
        has_repeats=True,
    ),
    Idiom(
        "neighbours counted",
        """
        int count = 0;
        for (int i = 1; i < n; i++) { if (PAIR(a[i - 1], a[i])) { count++; } }
        return count;
        """,
        2.5,
        has_repeats=True,
    ),
    Idiom(
        "neighbours summed",
        """
        int sum = 0;
        for (int i = 0; i < n - 1; i++) { sum += JOIN(a[i], a[i + 1]); }
        return sum;
        """,
        1.5,
    ),
    Idiom(
        "peaks",
        """
        int count = 0;
        for (int i = 1; i < n - 1; i++) {
            if (a[i] > a[i - 1] && a[i] > a[i + 1]) { count++; }
        }
        return count;
        """,
        1.2,
        flips=True,
    ),
    Idiom(
        "largest step",
        """
        int best = 0;
        for (int i = 1; i < n; i++) {
            int x = JOIN(a[i], a[i - 1]);
            if (x > best) { best = x; }
        }
        return best;
        """,
        1.2,
    ),
    Idiom(
        "largest gain",
        """
        int y = a[0];
        int best = 0;
        for (int i = 1; i < n; i++) {
            if (a[i] - y > best) { best = a[i] - y; }
            if (a[i] < y) { y = a[i]; }
        }
        return best;
        """,
        0.9,
        least=1,
    ),
    Idiom(
        "largest sum of neighbours",
        """
        int best = a[0];
        int sum = 0;
        for (int i = 0; i < n; i++) {
            sum += a[i];
            if (sum > best) { best = sum; }
            if (sum < 0) { sum = 0; }
        }
        return best;
        """,
        1.2,
        least=1,
    ),
    Idiom(
        "largest sum of k",
        """
        int best = 0;
        for (int i = 0; i + FEW <= n; i++) {
            int sum = 0;
            for (int j = i; j < i + FEW; j++) { sum += a[j]; }
            if (sum > best) { best = sum; }
        }
        return best;
        """,
        1.0,
        not_negative=True,
    ),
    Idiom(
        "digits to a number",
        "int x = 0; for (int i = 0; i < n; i++) { x = x * 10 + a[i]; } return x;",
        0.8,
        not_negative=True,
        longest=7,
    ),
    Idiom(
        "polynomial",
        "int x = 0; for (int i = 0; i < n; i++) { x = x * SMALL + a[i]; } return x;",
        1.0,
        longest=8,
    ),
    Idiom(
        "state",
        """
        int x = CONSTANT;
        for (int i = 0; i < n; i++) {
            if (COND(a[i], i)) { x += a[i]; } else { x = CHANGED(x); }
        }
        return x;
        """,
        0.8,
    ),
    Idiom(
        "held at zero",
        """
        int sum = 0;
        for (int i = 0; i < n; i++) {
            sum += VALUE(a[i], i);
            if (sum < 0) { sum = 0; }
        }
        return sum;
        """,
        0.7,
    ),
    Idiom(
        "until",
        """
        int sum = 0;
        for (int i = 0; i < n; i++) {
            if (COND(a[i], i)) { break; }
            sum += a[i];
        }
        return sum;
        """,
        1.2,
    ),
    Idiom(
        "sum of a part",
        "int sum = 0; for (int i = INDEX; i < n - INDEX; i++) { sum += a[i]; } return sum;",
        0.4,
    ),
    Idiom(
        "sum of the first",
        "int sum = 0; for (int i = 0; i < FEW && i < n; i++) { sum += VALUE(a[i], i); } return sum;",
        1.0,
    ),
    Idiom(
        "sum of every other",
        "int sum = 0; for (int i = BIT; i < n; i += SMALL) { sum += VALUE(a[i], i); } return sum;",
        1.2,
    ),
    Idiom(
        "average",
        "int sum = 0; for (int i = 0; i < n; i++) { sum += VALUE(a[i], i); } return sum / n;",
        1.5,
        least=1,
    ),
    Idiom(
        "average of some",
        """
        int sum = 0;
        int count = 0;
        for (int i = 0; i < n; i++) {
            if (COND(a[i], i)) { sum += a[i]; count++; }
        }
        return count > 0 ? sum / count : 0;
        """,
        0.8,
    ),
    Idiom(
        "mirrored cells",
        """
        int sum = 0;
        for (int i = 0; i < n / 2; i++) { sum += JOIN(a[i], a[n - 1 - i]); }
        return sum;
        """,
        0.8,
    ),
    Idiom(
        "mirrored cells counted",
        """
        int count = 0;
        for (int i = 0; i < n / 2; i++) { if (PAIR(a[i], a[n - 1 - i])) { count++; } }
        return count;
        """,
        0.7,
    ),
    Idiom(
        "digits of all",
        """
        int sum = 0;
        for (int i = 0; i < n; i++) {
            int x = a[i];
            while (x > 0) { sum += x % 10; x /= 10; }
        }
        return sum;
        """,
        0.8,
        not_negative=True,
    ),
    Idiom(
        "greatest common divisor",
        """
        int x = a[0];
        for (int i = 1; i < n; i++) {
            int y = a[i];
            while (y != 0) { int r = x % y; x = y; y = r; }
        }
        return x;
        """,
        0.8,
        least=1,
        not_negative=True,
    ),
)
