"""From a list to another list: filters, parts, prefix sums, neighbours, repeats."""

from __future__ import annotations

from typing import Final

from lasynth.domains.c.lists.sampling.templates import Idiom

__all__ = ["MAKE_IDIOMS"]

MAKE_IDIOMS: Final = (
    Idiom(
        "filter",
        """
        int m = 0;
        for (int i = 0; i < n; i++) { if (COND(a[i], i)) { out[m++] = a[i]; } }
        return m;
        """,
        8.0,
    ),
    Idiom(
        "filter and change",
        """
        int m = 0;
        for (int i = 0; i < n; i++) { if (COND(a[i], i)) { out[m++] = CHANGED(a[i], i); } }
        return m;
        """,
        4.0,
    ),
    Idiom(
        "places",
        """
        int m = 0;
        for (int i = 0; i < n; i++) { if (COND(a[i], i)) { out[m++] = i; } }
        return m;
        """,
        1.5,
    ),
    Idiom("change all", "for (int i = 0; i < n; i++) { out[i] = CHANGED(a[i], i); } return n;", 4.0),
    Idiom(
        "change some",
        """
        for (int i = 0; i < n; i++) {
            if (COND(a[i], i)) { out[i] = CHANGED(a[i], i); } else { out[i] = a[i]; }
        }
        return n;
        """,
        2.0,
    ),
    Idiom(
        "change in two ways",
        """
        int m = 0;
        for (int i = 0; i < n; i++) {
            if (COND(a[i], i)) { out[m++] = CHANGED(a[i], i); } else { out[m++] = CHANGED(a[i]); }
        }
        return m;
        """,
        0.8,
    ),
    Idiom(
        "take",
        "int m = 0; for (int i = 0; i < FEW && i < n; i++) { out[m++] = a[i]; } return m;",
        2.0,
    ),
    Idiom(
        "take, bare", "for (int i = 0; i < FEW; i++) { out[i] = VALUE(a[i], i); } return FEW;", 0.8, least=1
    ),
    Idiom("drop", "int m = 0; for (int i = COUNT; i < n; i++) { out[m++] = VALUE(a[i], i); } return m;", 2.5),
    Idiom(
        "drop the last", "int m = 0; for (int i = 0; i < n - COUNT; i++) { out[m++] = a[i]; } return m;", 1.5
    ),
    Idiom(
        "take the last",
        "int m = 0; for (int i = n - COUNT; i < n; i++) { out[m++] = a[i]; } return m;",
        1.0,
        least=3,
    ),
    Idiom(
        "without both ends",
        "int m = 0; for (int i = 1; i < n - 1; i++) { out[m++] = VALUE(a[i], i); } return m;",
        0.8,
    ),
    Idiom(
        "between two places",
        "int m = 0; for (int i = INDEX; i < n && i <= COUNT; i++) { out[m++] = a[i]; } return m;",
        0.7,
    ),
    Idiom(
        "take while",
        """
        int m = 0;
        while (m < n && COND(a[m])) { out[m] = a[m]; m++; }
        return m;
        """,
        1.2,
    ),
    Idiom(
        "take until",
        """
        int m = 0;
        for (int i = 0; i < n; i++) {
            if (COND(a[i], i)) { break; }
            out[m++] = a[i];
        }
        return m;
        """,
        1.2,
    ),
    Idiom(
        "drop while",
        """
        int i = 0;
        while (i < n && COND(a[i])) { i++; }
        int m = 0;
        for (; i < n; i++) { out[m++] = a[i]; }
        return m;
        """,
        1.2,
    ),
    Idiom("reverse", "for (int i = 0; i < n; i++) { out[i] = VALUE(a[n - 1 - i]); } return n;", 1.8),
    Idiom(
        "reverse by counting down",
        "int m = 0; for (int i = n - 1; i >= 0; i--) { out[m++] = VALUE(a[i], i); } return m;",
        1.2,
    ),
    Idiom(
        "reverse some",
        """
        int m = 0;
        for (int i = n - 1; i >= 0; i--) { if (COND(a[i], i)) { out[m++] = a[i]; } }
        return m;
        """,
        1.2,
    ),
    Idiom("rotate", "for (int i = 0; i < n; i++) { out[i] = a[(i + COUNT) % n]; } return n;", 1.5),
    Idiom("rotate right", "for (int i = 0; i < n; i++) { out[(i + COUNT) % n] = a[i]; } return n;", 1.2),
    Idiom(
        "every so many",
        "int m = 0; for (int i = BIT; i < n; i += SMALL) { out[m++] = VALUE(a[i], i); } return m;",
        1.8,
    ),
    Idiom(
        "sums so far",
        "int sum = 0; for (int i = 0; i < n; i++) { sum += VALUE(a[i], i); out[i] = sum; } return n;",
        2.0,
    ),
    Idiom(
        "sums from here",
        """
        int sum = 0;
        for (int i = n - 1; i >= 0; i--) { sum += a[i]; out[i] = sum; }
        return n;
        """,
        0.8,
    ),
    Idiom(
        "products so far",
        "int p = 1; for (int i = 0; i < n; i++) { p *= a[i]; out[i] = p; } return n;",
        0.5,
        longest=8,
    ),
    Idiom(
        "largest so far",
        """
        int best = a[0];
        for (int i = 0; i < n; i++) {
            if (a[i] > best) { best = a[i]; }
            out[i] = best;
        }
        return n;
        """,
        1.5,
        flips=True,
        least=1,
    ),
    Idiom(
        "new records",
        """
        int best = a[0];
        int m = 0;
        for (int i = 0; i < n; i++) {
            if (a[i] > best) { best = a[i]; out[m++] = a[i]; }
        }
        return m;
        """,
        0.8,
        flips=True,
        least=1,
    ),
    Idiom(
        "counts so far",
        """
        int count = 0;
        for (int i = 0; i < n; i++) {
            if (COND(a[i], i)) { count++; }
            out[i] = count;
        }
        return n;
        """,
        1.0,
    ),
    Idiom(
        "neighbours joined",
        "int m = 0; for (int i = 0; i < n - 1; i++) { out[m++] = JOIN(a[i], a[i + 1]); } return m;",
        2.0,
    ),
    Idiom(
        "differences",
        "int m = 0; for (int i = 1; i < n; i++) { out[m++] = a[i] - a[i - 1]; } return m;",
        1.2,
    ),
    Idiom(
        "cells joined two by two",
        "int m = 0; for (int i = 0; i + 1 < n; i += 2) { out[m++] = JOIN(a[i], a[i + 1]); } return m;",
        1.0,
    ),
    Idiom(
        "chosen by the neighbour before",
        """
        int m = 0;
        for (int i = 1; i < n; i++) { if (PAIR(a[i], a[i - 1])) { out[m++] = a[i]; } }
        return m;
        """,
        1.5,
    ),
    Idiom(
        "chosen by the neighbour behind",
        """
        int m = 0;
        for (int i = 0; i < n - 1; i++) { if (PAIR(a[i], a[i + 1])) { out[m++] = VALUE(a[i], i); } }
        return m;
        """,
        1.0,
    ),
    Idiom(
        "peaks",
        """
        int m = 0;
        for (int i = 1; i < n - 1; i++) {
            if (a[i] > a[i - 1] && a[i] > a[i + 1]) { out[m++] = VALUE(a[i], i); }
        }
        return m;
        """,
        0.8,
        flips=True,
    ),
    Idiom(
        "without repeats of neighbours",
        """
        int m = 0;
        for (int i = 0; i < n; i++) { if (i == 0 || a[i] != a[i - 1]) { out[m++] = a[i]; } }
        return m;
        """,
        1.5,
        has_repeats=True,
    ),
    Idiom(
        "without repeats",
        """
        int m = 0;
        for (int i = 0; i < n; i++) {
            int seen = 0;
            for (int j = 0; j < m; j++) { if (out[j] == a[i]) { seen = 1; } }
            if (!seen) { out[m++] = a[i]; }
        }
        return m;
        """,
        2.0,
        has_repeats=True,
    ),
    Idiom(
        "by frequency",
        """
        int m = 0;
        for (int i = 0; i < n; i++) {
            int count = 0;
            for (int j = 0; j < n; j++) { if (a[j] == a[i]) { count++; } }
            if (FREQUENT(count)) { out[m++] = a[i]; }
        }
        return m;
        """,
        1.2,
        has_repeats=True,
    ),
    Idiom(
        "frequencies",
        """
        for (int i = 0; i < n; i++) {
            int count = 0;
            for (int j = 0; j < n; j++) { if (a[j] == a[i]) { count++; } }
            out[i] = count;
        }
        return n;
        """,
        0.6,
        has_repeats=True,
    ),
    Idiom(
        "lengths of runs",
        """
        int m = 0;
        int run = 0;
        for (int i = 0; i < n; i++) {
            run++;
            if (i == n - 1 || a[i] != a[i + 1]) { out[m++] = run; run = 0; }
        }
        return m;
        """,
        0.6,
        has_repeats=True,
    ),
    Idiom(
        "values and lengths of runs",
        """
        int m = 0;
        int i = 0;
        while (i < n) {
            int run = 1;
            while (i + run < n && a[i + run] == a[i]) { run++; }
            out[m++] = a[i];
            out[m++] = run;
            i += run;
        }
        return m;
        """,
        0.6,
        has_repeats=True,
    ),
    Idiom(
        "each twice",
        """
        int m = 0;
        for (int i = 0; i < n; i++) {
            out[m++] = a[i];
            out[m++] = VALUE(a[i], i);
        }
        return m;
        """,
        1.0,
    ),
    Idiom(
        "some twice",
        """
        int m = 0;
        for (int i = 0; i < n; i++) {
            out[m++] = a[i];
            if (COND(a[i], i)) { out[m++] = VALUE(a[i], i); }
        }
        return m;
        """,
        1.2,
    ),
    Idiom(
        "each so often",
        """
        int m = 0;
        for (int i = 0; i < n; i++) { for (int j = 0; j < SMALL; j++) { out[m++] = a[i]; } }
        return m;
        """,
        0.8,
    ),
    Idiom(
        "each as often as it says",
        """
        int m = 0;
        for (int i = 0; i < n; i++) { for (int j = 0; j < a[i]; j++) { out[m++] = VALUE(a[i], i); } }
        return m;
        """,
        0.4,
        not_negative=True,
        longest=8,
    ),
    Idiom(
        "list and its reverse",
        """
        int m = 0;
        for (int i = 0; i < n; i++) { out[m++] = a[i]; }
        for (int i = n - 1; i >= 0; i--) { out[m++] = VALUE(a[i], i); }
        return m;
        """,
        0.8,
    ),
    Idiom(
        "list twice",
        """
        int m = 0;
        for (int j = 0; j < SMALL; j++) { for (int i = 0; i < n; i++) { out[m++] = a[i]; } }
        return m;
        """,
        0.6,
    ),
    Idiom(
        "insert at a place",
        """
        int m = 0;
        for (int i = 0; i < n; i++) {
            if (i == INDEX) { out[m++] = ANY; }
            out[m++] = a[i];
        }
        return m;
        """,
        0.8,
    ),
    Idiom(
        "remove a place",
        "int m = 0; for (int i = 0; i < n; i++) { if (i != INDEX) { out[m++] = a[i]; } } return m;",
        0.8,
    ),
    Idiom(
        "remove the first such",
        """
        int m = 0;
        int done = 0;
        for (int i = 0; i < n; i++) {
            if (!done && COND(a[i])) { done = 1; } else { out[m++] = a[i]; }
        }
        return m;
        """,
        0.7,
        has_repeats=True,
    ),
    Idiom(
        "put something between",
        """
        int m = 0;
        for (int i = 0; i < n; i++) {
            if (i > 0) { out[m++] = ANY; }
            out[m++] = a[i];
        }
        return m;
        """,
        0.7,
    ),
    Idiom(
        "put something in front",
        "out[0] = ANY; for (int i = 0; i < n; i++) { out[i + 1] = a[i]; } return n + 1;",
        0.6,
    ),
    Idiom(
        "put something at the end",
        "for (int i = 0; i < n; i++) { out[i] = a[i]; } out[n] = ANY; return n + 1;",
        0.6,
    ),
    Idiom(
        "ends in turn",
        """
        int m = 0;
        int i = 0;
        int j = n - 1;
        while (i < j) { out[m++] = a[i]; out[m++] = a[j]; i++; j--; }
        if (i == j) { out[m++] = a[i]; }
        return m;
        """,
        0.6,
    ),
    Idiom(
        "mirrored cells",
        "for (int i = 0; i < n; i++) { out[i] = JOIN(a[i], a[n - 1 - i]); } return n;",
        0.8,
    ),
    Idiom(
        "sums of k",
        """
        int m = 0;
        for (int i = 0; i + FEW <= n; i++) {
            int sum = 0;
            for (int j = i; j < i + FEW; j++) { sum += a[j]; }
            out[m++] = sum;
        }
        return m;
        """,
        0.8,
    ),
    Idiom(
        "sums of groups",
        """
        int m = 0;
        for (int i = 0; i < n; i += SMALL) {
            int sum = 0;
            for (int j = i; j < i + SMALL && j < n; j++) { sum += a[j]; }
            out[m++] = sum;
        }
        return m;
        """,
        0.7,
    ),
    Idiom(
        "sum at the end",
        """
        int sum = 0;
        for (int i = 0; i < n; i++) { out[i] = VALUE(a[i], i); sum += a[i]; }
        out[n] = sum;
        return n + 1;
        """,
        0.4,
    ),
    Idiom(
        "next larger",
        """
        for (int i = 0; i < n; i++) {
            int best = -1;
            for (int j = i + 1; j < n; j++) { if (a[j] > a[i]) { best = a[j]; break; } }
            out[i] = best;
        }
        return n;
        """,
        0.8,
        flips=True,
    ),
    Idiom(
        "pairs",
        """
        int m = 0;
        for (int i = 0; i < n; i++) {
            for (int j = i + 1; j < n; j++) { if (PAIR(a[i], a[j])) { out[m++] = JOIN(a[i], a[j]); } }
        }
        return m;
        """,
        0.5,
        longest=8,
    ),
    Idiom(
        "digits of all",
        """
        int m = 0;
        for (int i = 0; i < n; i++) {
            int x = a[i];
            while (x > 0) { out[m++] = x % 10; x /= 10; }
        }
        return m;
        """,
        0.5,
        not_negative=True,
    ),
    Idiom(
        "up to a value",
        """
        int m = 0;
        int sum = 0;
        for (int i = 0; i < n; i++) {
            sum += a[i];
            if (sum > ANY) { break; }
            out[m++] = a[i];
        }
        return m;
        """,
        0.6,
        not_negative=True,
    ),
)
