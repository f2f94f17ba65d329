"""From a list to a number by looking for something: places, yes or no, pairs, single cells."""

from __future__ import annotations

from typing import Final

from lasynth.domains.c.lists.sampling.templates import Idiom

__all__ = ["SEARCH_IDIOMS"]

SEARCH_IDIOMS: Final = (
    Idiom(
        "first place",
        "for (int i = 0; i < n; i++) { if (COND(a[i], i)) { return i; } } return -1;",
        3.5,
    ),
    Idiom(
        "last place",
        "for (int i = n - 1; i >= 0; i--) { if (COND(a[i], i)) { return i; } } return -1;",
        1.5,
    ),
    Idiom(
        "place of a value",
        "for (int i = 0; i < n; i++) { if (a[i] == ANY) { return i; } } return -1;",
        1.5,
    ),
    Idiom(
        "first one",
        "for (int i = 0; i < n; i++) { if (COND(a[i], i)) { return VALUE(a[i], i); } } return NONE;",
        2.0,
    ),
    Idiom(
        "last one",
        """
        int x = NONE;
        for (int i = 0; i < n; i++) { if (COND(a[i], i)) { x = a[i]; } }
        return x;
        """,
        1.5,
    ),
    Idiom("some", "for (int i = 0; i < n; i++) { if (COND(a[i], i)) { return 1; } } return 0;", 2.0),
    Idiom("all", "for (int i = 0; i < n; i++) { if (COND(a[i], i)) { return 0; } } return 1;", 2.0),
    Idiom(
        "all by a flag",
        """
        int good = 1;
        for (int i = 0; i < n; i++) { if (COND(a[i], i)) { good = 0; } }
        return good;
        """,
        0.8,
    ),
    Idiom(
        "all neighbours",
        "for (int i = 1; i < n; i++) { if (PAIR(a[i - 1], a[i])) { return 0; } } return 1;",
        2.0,
    ),
    Idiom(
        "some neighbours",
        "for (int i = 0; i < n - 1; i++) { if (PAIR(a[i], a[i + 1])) { return 1; } } return 0;",
        1.0,
    ),
    Idiom(
        "first of neighbours",
        "for (int i = 0; i < n - 1; i++) { if (PAIR(a[i], a[i + 1])) { return i; } } return -1;",
        1.0,
    ),
    Idiom(
        "the same from both ends",
        """
        for (int i = 0; i < n / 2; i++) { if (a[i] != a[n - 1 - i]) { return 0; } }
        return 1;
        """,
        0.8,
    ),
    Idiom(
        "the same from both ends, by two places",
        """
        int i = 0;
        int j = n - 1;
        while (i < j) {
            if (a[i] != a[j]) { return 0; }
            i++;
            j--;
        }
        return 1;
        """,
        0.5,
    ),
    Idiom(
        "pairs counted",
        """
        int count = 0;
        for (int i = 0; i < n; i++) {
            for (int j = i + 1; j < n; j++) { if (PAIR(a[i], a[j])) { count++; } }
        }
        return count;
        """,
        2.0,
        has_repeats=True,
    ),
    Idiom(
        "some pair",
        """
        for (int i = 0; i < n; i++) {
            for (int j = i + 1; j < n; j++) { if (PAIR(a[i], a[j])) { return 1; } }
        }
        return 0;
        """,
        1.2,
    ),
    Idiom(
        "best pair",
        """
        int best = 0;
        for (int i = 0; i < n; i++) {
            for (int j = i + 1; j < n; j++) {
                int x = JOIN(a[i], a[j]);
                if (x > best) { best = x; }
            }
        }
        return best;
        """,
        1.0,
    ),
    Idiom(
        "pair with a sum",
        """
        for (int i = 0; i < n; i++) {
            for (int j = i + 1; j < n; j++) { if (a[i] + a[j] == ANY) { return i; } }
        }
        return -1;
        """,
        0.4,
    ),
    Idiom(
        "different values",
        """
        int count = 0;
        for (int i = 0; i < n; i++) {
            int seen = 0;
            for (int j = 0; j < i; j++) { if (a[j] == a[i]) { seen = 1; } }
            if (!seen) { count++; }
        }
        return count;
        """,
        1.5,
        has_repeats=True,
    ),
    Idiom(
        "most frequent",
        """
        int best = 0;
        int x = 0;
        for (int i = 0; i < n; i++) {
            int count = 0;
            for (int j = 0; j < n; j++) { if (a[j] == a[i]) { count++; } }
            if (count > best) { best = count; x = a[i]; }
        }
        return x;
        """,
        1.2,
        has_repeats=True,
    ),
    Idiom(
        "frequency of the most frequent",
        """
        int best = 0;
        for (int i = 0; i < n; i++) {
            int count = 0;
            for (int j = 0; j < n; j++) { if (a[j] == a[i]) { count++; } }
            if (count > best) { best = count; }
        }
        return best;
        """,
        0.8,
        has_repeats=True,
    ),
    Idiom(
        "first that occurs so often",
        """
        for (int i = 0; i < n; i++) {
            int count = 0;
            for (int j = 0; j < n; j++) { if (a[j] == a[i]) { count++; } }
            if (FREQUENT(count)) { return a[i]; }
        }
        return NONE;
        """,
        0.9,
        has_repeats=True,
    ),
    Idiom(
        "nearest",
        """
        int best = a[0];
        int y = ANY;
        for (int i = 1; i < n; i++) {
            int x = a[i] > y ? a[i] - y : y - a[i];
            int second = best > y ? best - y : y - best;
            if (x < second) { best = a[i]; }
        }
        return best;
        """,
        0.5,
        least=1,
    ),
    Idiom(
        "kth smallest",
        """
        for (int i = 0; i < n; i++) {
            int count = 0;
            for (int j = 0; j < n; j++) { if (a[j] < a[i]) { count++; } }
            if (count == INDEX) { return a[i]; }
        }
        return -1;
        """,
        0.6,
        flips=True,
    ),
    Idiom(
        "place where the sum exceeds",
        """
        int sum = 0;
        for (int i = 0; i < n; i++) {
            sum += a[i];
            if (sum > ANY) { return i; }
        }
        return -1;
        """,
        0.9,
        not_negative=True,
    ),
    Idiom(
        "place with equal sums",
        """
        int sum = 0;
        for (int i = 0; i < n; i++) { sum += a[i]; }
        int left = 0;
        for (int i = 0; i < n; i++) {
            if (left * 2 + a[i] == sum) { return i; }
            left += a[i];
        }
        return -1;
        """,
        0.4,
        longest=8,
    ),
    Idiom(
        "balanced",
        """
        int depth = 0;
        for (int i = 0; i < n; i++) {
            if (COND(a[i])) { depth++; } else { depth--; }
            if (depth < 0) { return 0; }
        }
        return depth == 0;
        """,
        0.5,
    ),
    Idiom(
        "halving search",
        """
        int i = 0;
        int j = n - 1;
        while (i <= j) {
            int h = (i + j) / 2;
            if (a[h] == ANY) { return h; }
            if (a[h] < ANY) { i = h + 1; } else { j = h - 1; }
        }
        return -1;
        """,
        0.8,
        is_sorted=True,
    ),
    Idiom(
        "longest rising part",
        """
        int t[64];
        int best = 0;
        for (int i = 0; i < n; i++) {
            t[i] = 1;
            for (int j = 0; j < i; j++) {
                if (a[j] < a[i] && t[j] + 1 > t[i]) { t[i] = t[j] + 1; }
            }
            if (t[i] > best) { best = t[i]; }
        }
        return best;
        """,
        0.5,
    ),
    Idiom("one cell", "return VALUE(a[INDEX]);", 1.0, least=1),
    Idiom("last cell", "return VALUE(a[n - 1]);", 0.5, least=1),
    Idiom("cell from the end", "return a[n - COUNT];", 0.6, least=1),
    Idiom("middle cell", "return VALUE(a[n / 2]);", 0.4, least=1),
    Idiom("ends", "return JOIN(a[0], a[n - 1]);", 0.9, least=1),
    Idiom("ends compared", "return PAIR(a[0], a[n - 1]);", 0.4, least=1),
    Idiom(
        "chosen by an end", "if (COND(a[0])) { return VALUE(a[n - 1]); } return CHANGED(a[0]);", 0.6, least=1
    ),
    Idiom(
        "chosen by the length",
        "if (n % 2 == 0) { return JOIN(a[0], a[n - 1]); } return a[n / 2];",
        0.3,
        least=1,
    ),
    Idiom("length", "return VALUE(n);", 0.2),
)
