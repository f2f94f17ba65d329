"""Idioms of two lists: side by side, one looked up in the other, one behind the other, merged."""

from __future__ import annotations

from typing import Final

from lasynth.domains.c.lists.sampling.templates import Idiom

__all__ = ["TWO_FOLD_IDIOMS", "TWO_MAKE_IDIOMS", "TWO_PLACE_IDIOMS"]

TWO_FOLD_IDIOMS: Final = (
    Idiom(
        "side by side, summed",
        "int sum = 0; for (int i = 0; i < n; i++) { sum += JOIN(a[i], b[i]); } return sum;",
        2.0,
        same_length=True,
    ),
    Idiom(
        "side by side, summed to the shorter end",
        "int sum = 0; for (int i = 0; i < n && i < n_b; i++) { sum += JOIN(a[i], b[i]); } return sum;",
        1.2,
    ),
    Idiom(
        "side by side, counted",
        """
        int count = 0;
        for (int i = 0; i < n && i < n_b; i++) {
            if (PAIR(a[i], b[i])) {
                count++;
            }
        }
        return count;
        """,
        2.5,
        has_repeats=True,
    ),
    Idiom(
        "equal",
        """
        if (n != n_b) { return 0; }
        for (int i = 0; i < n; i++) { if (a[i] != b[i]) { return 0; } }
        return 1;
        """,
        1.0,
    ),
    Idiom(
        "begins with",
        """
        if (n < n_b) { return 0; }
        for (int i = 0; i < n_b; i++) { if (a[i] != b[i]) { return 0; } }
        return 1;
        """,
        0.8,
    ),
    Idiom(
        "first difference",
        "for (int i = 0; i < n && i < n_b; i++) { if (a[i] != b[i]) { return i; } } return -1;",
        1.0,
    ),
    Idiom(
        "common",
        """
        int count = 0;
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n_b; j++) { if (a[i] == b[j]) { count++; break; } }
        }
        return count;
        """,
        1.5,
        has_repeats=True,
    ),
    Idiom(
        "pairs counted",
        """
        int count = 0;
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n_b; j++) { if (PAIR(a[i], b[j])) { count++; } }
        }
        return count;
        """,
        1.2,
        has_repeats=True,
    ),
    Idiom(
        "contained",
        """
        for (int i = 0; i < n; i++) {
            int found = 0;
            for (int j = 0; j < n_b; j++) { if (a[i] == b[j]) { found = 1; } }
            if (!found) { return 0; }
        }
        return 1;
        """,
        0.8,
        has_repeats=True,
    ),
    Idiom(
        "sums compared",
        """
        int x = 0;
        for (int i = 0; i < n; i++) { x += a[i]; }
        int y = 0;
        for (int i = 0; i < n_b; i++) { y += b[i]; }
        return MIX(x, y);
        """,
        1.2,
    ),
    Idiom(
        "sums, which is more",
        """
        int x = 0;
        for (int i = 0; i < n; i++) { x += a[i]; }
        int y = 0;
        for (int i = 0; i < n_b; i++) { y += b[i]; }
        return COMPARE(x, y);
        """,
        0.6,
    ),
    Idiom(
        "largest of both",
        """
        int best = a[0];
        for (int i = 1; i < n; i++) { if (a[i] > best) { best = a[i]; } }
        for (int i = 0; i < n_b; i++) { if (b[i] > best) { best = b[i]; } }
        return best;
        """,
        0.8,
        flips=True,
        least=1,
    ),
    Idiom(
        "counted in both",
        """
        int count = 0;
        for (int i = 0; i < n; i++) { if (COND(a[i], i)) { count++; } }
        for (int i = 0; i < n_b; i++) { if (COND(b[i])) { count++; } }
        return count;
        """,
        0.8,
    ),
    Idiom(
        "place of the other",
        """
        for (int i = 0; i + n_b <= n; i++) {
            int j = 0;
            while (j < n_b && a[i + j] == b[j]) { j++; }
            if (j == n_b) { return i; }
        }
        return -1;
        """,
        0.5,
        has_repeats=True,
    ),
    Idiom(
        "largest difference",
        """
        int best = 0;
        for (int i = 0; i < n; i++) { int x = JOIN(a[i], b[i]); if (x > best) { best = x; } }
        return best;
        """,
        0.7,
        same_length=True,
    ),
    Idiom("ends", "return JOIN(a[0], b[n_b - 1]);", 0.3, least=1),
)

TWO_MAKE_IDIOMS: Final = (
    Idiom(
        "side by side",
        "for (int i = 0; i < n; i++) { out[i] = JOIN(a[i], b[i]); } return n;",
        2.0,
        same_length=True,
    ),
    Idiom(
        "side by side to the shorter end",
        "int m = 0; for (int i = 0; i < n && i < n_b; i++) { out[m++] = JOIN(a[i], b[i]); } return m;",
        1.5,
    ),
    Idiom(
        "one of each",
        """
        for (int i = 0; i < n; i++) {
            if (PAIR(a[i], b[i])) { out[i] = a[i]; } else { out[i] = CHANGED(b[i], i); }
        }
        return n;
        """,
        0.8,
        same_length=True,
    ),
    Idiom(
        "chosen by the other",
        "int m = 0; for (int i = 0; i < n; i++) { if (COND(b[i], i)) { out[m++] = a[i]; } } return m;",
        1.2,
        same_length=True,
    ),
    Idiom(
        "chosen by comparison",
        """
        int m = 0;
        for (int i = 0; i < n && i < n_b; i++) { if (PAIR(a[i], b[i])) { out[m++] = VALUE(a[i], i); } }
        return m;
        """,
        1.2,
    ),
    Idiom(
        "one behind the other",
        """
        int m = 0;
        for (int i = 0; i < n; i++) { out[m++] = VALUE(a[i], i); }
        for (int i = 0; i < n_b; i++) { out[m++] = b[i]; }
        return m;
        """,
        1.5,
    ),
    Idiom(
        "some of both",
        """
        int m = 0;
        for (int i = 0; i < n; i++) { if (COND(a[i], i)) { out[m++] = a[i]; } }
        for (int i = 0; i < n_b; i++) { if (COND(b[i])) { out[m++] = b[i]; } }
        return m;
        """,
        0.8,
    ),
    Idiom(
        "one behind the other, reversed",
        """
        int m = 0;
        for (int i = 0; i < n; i++) { out[m++] = a[i]; }
        for (int i = n_b - 1; i >= 0; i--) { out[m++] = b[i]; }
        return m;
        """,
        0.5,
    ),
    Idiom(
        "in turn",
        "int m = 0; for (int i = 0; i < n; i++) { out[m++] = a[i]; out[m++] = b[i]; } return m;",
        1.0,
        same_length=True,
    ),
    Idiom(
        "in turn, with the rest",
        """
        int m = 0;
        for (int i = 0; i < n || i < n_b; i++) {
            if (i < n) { out[m++] = a[i]; }
            if (i < n_b) { out[m++] = b[i]; }
        }
        return m;
        """,
        0.6,
    ),
    Idiom(
        "merge",
        """
        int m = 0;
        int i = 0;
        int j = 0;
        while (i < n && j < n_b) {
            if (a[i] <= b[j]) { out[m++] = a[i++]; } else { out[m++] = b[j++]; }
        }
        while (i < n) { out[m++] = a[i++]; }
        while (j < n_b) { out[m++] = b[j++]; }
        return m;
        """,
        1.2,
        is_sorted=True,
    ),
    Idiom(
        "merge in one loop",
        """
        int i = 0;
        int j = 0;
        for (int m = 0; m < n + n_b; m++) {
            if (j == n_b || (i < n && a[i] < b[j])) { out[m] = a[i++]; } else { out[m] = b[j++]; }
        }
        return n + n_b;
        """,
        0.6,
        is_sorted=True,
    ),
    Idiom(
        "in both",
        """
        int m = 0;
        for (int i = 0; i < n; i++) {
            int found = 0;
            for (int j = 0; j < n_b; j++) { if (a[i] == b[j]) { found = 1; } }
            if (found == EITHER) { out[m++] = a[i]; }
        }
        return m;
        """,
        2.5,
        has_repeats=True,
    ),
    Idiom(
        "in either",
        """
        int m = 0;
        for (int i = 0; i < n; i++) { out[m++] = a[i]; }
        for (int j = 0; j < n_b; j++) {
            int seen = 0;
            for (int i = 0; i < m; i++) { if (out[i] == b[j]) { seen = 1; } }
            if (!seen) { out[m++] = b[j]; }
        }
        return m;
        """,
        0.6,
        has_repeats=True,
    ),
    Idiom(
        "in both, sorted",
        """
        int m = 0;
        int i = 0;
        int j = 0;
        while (i < n && j < n_b) {
            if (a[i] < b[j]) { i++; }
            else if (a[i] > b[j]) { j++; }
            else { out[m++] = a[i]; i++; j++; }
        }
        return m;
        """,
        0.5,
        is_sorted=True,
        has_repeats=True,
    ),
    Idiom(
        "looked up",
        """
        int m = 0;
        for (int i = 0; i < n_b; i++) {
            if (b[i] >= 0 && b[i] < n) {
                out[m++] = a[b[i]];
            }
        }
        return m;
        """,
        0.6,
    ),
    Idiom(
        "counted in the other",
        """
        for (int i = 0; i < n; i++) {
            int count = 0;
            for (int j = 0; j < n_b; j++) { if (PAIR(b[j], a[i])) { count++; } }
            out[i] = count;
        }
        return n;
        """,
        0.8,
        has_repeats=True,
    ),
    Idiom(
        "each with each",
        """
        int m = 0;
        for (int i = 0; i < n; i++) { for (int j = 0; j < n_b; j++) { out[m++] = JOIN(a[i], b[j]); } }
        return m;
        """,
        0.5,
        longest=6,
    ),
)

TWO_PLACE_IDIOMS: Final = (
    Idiom("side by side", "for (int i = 0; i < n; i++) { a[i] = JOIN(a[i], b[i]); }", 2.0, same_length=True),
    Idiom(
        "side by side, some",
        "for (int i = 0; i < n && i < n_b; i++) { if (PAIR(a[i], b[i])) { a[i] = VALUE(b[i], i); } }",
        2.0,
    ),
    Idiom(
        "chosen by the other",
        "for (int i = 0; i < n && i < n_b; i++) { if (COND(b[i])) { a[i] = CHANGED(a[i], i); } }",
        1.2,
    ),
    Idiom(
        "found in the other",
        """
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n_b; j++) { if (a[i] == b[j]) { a[i] = CONSTANT; break; } }
        }
        """,
        0.8,
        has_repeats=True,
    ),
)
