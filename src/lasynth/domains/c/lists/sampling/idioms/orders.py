"""Idioms that order: sorting by exchange, by selection, by insertion; parting, counting, merging."""

from __future__ import annotations

from typing import Final

from lasynth.domains.c.lists.sampling.templates import Idiom

__all__ = ["ORDER_IDIOMS", "SORT_IDIOMS"]

# In place.
SORT_IDIOMS: Final = (
    Idiom(
        "sort by exchange",
        """
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n - 1 - i; j++) {
                if (a[j] > a[j + 1]) { int x = a[j]; a[j] = a[j + 1]; a[j + 1] = x; }
            }
        }
        """,
        3.0,
        flips=True,
    ),
    Idiom(
        "sort by exchange with any",
        """
        for (int i = 0; i < n; i++) {
            for (int j = i + 1; j < n; j++) {
                if (a[j] < a[i]) { int x = a[i]; a[i] = a[j]; a[j] = x; }
            }
        }
        """,
        3.0,
        flips=True,
    ),
    Idiom(
        "sort by selection",
        """
        for (int i = 0; i < n; i++) {
            int m = i;
            for (int j = i + 1; j < n; j++) { if (a[j] < a[m]) { m = j; } }
            int x = a[i];
            a[i] = a[m];
            a[m] = x;
        }
        """,
        1.5,
        flips=True,
    ),
    Idiom(
        "sort by insertion",
        """
        for (int i = 1; i < n; i++) {
            int x = a[i];
            int j = i - 1;
            while (j >= 0 && a[j] > x) { a[j + 1] = a[j]; j--; }
            a[j + 1] = x;
        }
        """,
        1.5,
        flips=True,
    ),
    Idiom(
        "sort by remainder",
        """
        for (int i = 0; i < n; i++) {
            for (int j = i + 1; j < n; j++) {
                if (a[j] % DIVISOR < a[i] % DIVISOR) { int x = a[i]; a[i] = a[j]; a[j] = x; }
            }
        }
        """,
        0.3,
    ),
)

# Into another list.
ORDER_IDIOMS: Final = (
    Idiom(
        "sorted copy",
        """
        for (int i = 0; i < n; i++) { out[i] = a[i]; }
        for (int i = 0; i < n; i++) {
            for (int j = i + 1; j < n; j++) {
                if (out[j] < out[i]) { int x = out[i]; out[i] = out[j]; out[j] = x; }
            }
        }
        return n;
        """,
        1.5,
        flips=True,
    ),
    Idiom(
        "sorted by insertion",
        """
        for (int i = 0; i < n; i++) {
            int j = i - 1;
            while (j >= 0 && out[j] > a[i]) { out[j + 1] = out[j]; j--; }
            out[j + 1] = a[i];
        }
        return n;
        """,
        0.8,
        flips=True,
    ),
    Idiom(
        "some sorted",
        """
        int m = 0;
        for (int i = 0; i < n; i++) { if (COND(a[i], i)) { out[m++] = a[i]; } }
        for (int i = 0; i < m; i++) {
            for (int j = i + 1; j < m; j++) {
                if (out[j] < out[i]) { int x = out[i]; out[i] = out[j]; out[j] = x; }
            }
        }
        return m;
        """,
        0.8,
        flips=True,
    ),
    Idiom(
        "parted",
        """
        int m = 0;
        for (int i = 0; i < n; i++) { if (COND(a[i], i)) { out[m++] = a[i]; } }
        for (int i = 0; i < n; i++) { if (UNLESS(a[i], i)) { out[m++] = a[i]; } }
        return m;
        """,
        1.5,
    ),
    Idiom(
        "ranks",
        """
        for (int i = 0; i < n; i++) {
            int count = 0;
            for (int j = 0; j < n; j++) { if (a[j] < a[i]) { count++; } }
            out[i] = count;
        }
        return n;
        """,
        0.7,
        flips=True,
    ),
    Idiom(
        "sorted by counting",
        """
        int m = 0;
        for (int x = 0; x < 10; x++) {
            for (int i = 0; i < n; i++) { if (a[i] == x) { out[m++] = x; } }
        }
        return m;
        """,
        0.3,
        not_negative=True,
    ),
    Idiom(
        "how often each digit",
        """
        for (int i = 0; i < 10; i++) { out[i] = 0; }
        for (int i = 0; i < n; i++) { out[a[i] % 10]++; }
        return 10;
        """,
        0.4,
        not_negative=True,
    ),
    Idiom(
        "such at the end",
        """
        int m = 0;
        for (int i = 0; i < n; i++) { if (a[i] != ANY) { out[m++] = a[i]; } }
        while (m < n) { out[m++] = ANY; }
        return m;
        """,
        0.8,
        has_repeats=True,
    ),
)
