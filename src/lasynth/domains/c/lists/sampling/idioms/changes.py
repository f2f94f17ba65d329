"""Lists changed in place."""

from __future__ import annotations

from typing import Final

from lasynth.domains.c.lists.sampling.templates import Idiom

__all__ = ["PLACE_IDIOMS"]

PLACE_IDIOMS: Final = (
    Idiom("change all", "for (int i = 0; i < n; i++) { a[i] = CHANGED(a[i], i); }", 4.0),
    Idiom(
        "change some", "for (int i = 0; i < n; i++) { if (COND(a[i], i)) { a[i] = CHANGED(a[i], i); } }", 6.0
    ),
    Idiom(
        "change in two ways",
        """
        for (int i = 0; i < n; i++) {
            if (COND(a[i], i)) { a[i] = CHANGED(a[i], i); } else { a[i] = CHANGED(a[i]); }
        }
        """,
        1.5,
    ),
    Idiom("set some", "for (int i = 0; i < n; i++) { if (COND(a[i], i)) { a[i] = CONSTANT; } }", 2.0),
    Idiom(
        "replace",
        "for (int i = 0; i < n; i++) { if (a[i] == ANY) { a[i] = CONSTANT; } }",
        1.0,
        has_repeats=True,
    ),
    Idiom("change a part", "for (int i = 0; i < FEW && i < n; i++) { a[i] = CHANGED(a[i], i); }", 1.5),
    Idiom("change the rest", "for (int i = COUNT; i < n; i++) { a[i] = CHANGED(a[i], i); }", 1.5),
    Idiom("change every other", "for (int i = BIT; i < n; i += SMALL) { a[i] = CHANGED(a[i], i); }", 1.5),
    Idiom(
        "reverse",
        """
        for (int i = 0; i < n / 2; i++) {
            int x = a[i];
            a[i] = a[n - 1 - i];
            a[n - 1 - i] = x;
        }
        """,
        2.0,
    ),
    Idiom(
        "reverse by two places",
        """
        int i = 0;
        int j = n - 1;
        while (i < j) {
            int x = a[i];
            a[i] = a[j];
            a[j] = x;
            i++;
            j--;
        }
        """,
        1.0,
    ),
    Idiom(
        "reverse the first",
        """
        for (int i = 0; i < FEW / 2; i++) {
            int x = a[i];
            a[i] = a[FEW - 1 - i];
            a[FEW - 1 - i] = x;
        }
        """,
        0.7,
        least=2,
    ),
    Idiom(
        "rotate left by one",
        "int x = a[0]; for (int i = 0; i < n - 1; i++) { a[i] = a[i + 1]; } a[n - 1] = x;",
        1.2,
        least=1,
    ),
    Idiom(
        "rotate right by one",
        "int x = a[n - 1]; for (int i = n - 1; i > 0; i--) { a[i] = a[i - 1]; } a[0] = x;",
        1.2,
        least=1,
    ),
    Idiom(
        "rotate by k",
        """
        int t[64];
        for (int i = 0; i < n; i++) { t[(i + COUNT) % n] = a[i]; }
        for (int i = 0; i < n; i++) { a[i] = t[i]; }
        """,
        1.0,
    ),
    Idiom(
        "shift with a fill",
        "for (int i = n - 1; i > 0; i--) { a[i] = a[i - 1]; } a[0] = CONSTANT;",
        0.7,
        least=1,
    ),
    Idiom("sums so far", "for (int i = 1; i < n; i++) { a[i] += a[i - 1]; }", 1.8),
    Idiom("sums from here", "for (int i = n - 2; i >= 0; i--) { a[i] += a[i + 1]; }", 0.9),
    Idiom(
        "largest so far",
        "for (int i = 1; i < n; i++) { if (a[i] < a[i - 1]) { a[i] = a[i - 1]; } }",
        1.5,
        flips=True,
    ),
    Idiom("differences", "for (int i = n - 1; i > 0; i--) { a[i] -= a[i - 1]; }", 1.0),
    Idiom("neighbours joined", "for (int i = 0; i < n - 1; i++) { a[i] = JOIN(a[i], a[i + 1]); }", 1.8),
    Idiom(
        "compared with the one before",
        "for (int i = 1; i < n; i++) { if (PAIR(a[i], a[i - 1])) { a[i] = CHANGED(a[i], i); } }",
        1.5,
    ),
    Idiom(
        "compared with the one behind",
        "for (int i = 0; i < n - 1; i++) { if (PAIR(a[i], a[i + 1])) { a[i] = JOIN(a[i], a[i + 1]); } }",
        1.0,
    ),
    Idiom(
        "exchange neighbours",
        """
        for (int i = 0; i + 1 < n; i += 2) {
            int x = a[i];
            a[i] = a[i + 1];
            a[i + 1] = x;
        }
        """,
        1.2,
    ),
    Idiom(
        "exchange some neighbours",
        """
        for (int i = 0; i < n - 1; i++) {
            if (PAIR(a[i], a[i + 1])) { int x = a[i]; a[i] = a[i + 1]; a[i + 1] = x; }
        }
        """,
        1.2,
    ),
    Idiom("exchange the ends", "int x = a[0]; a[0] = VALUE(a[n - 1]); a[n - 1] = x;", 1.0, least=1),
    Idiom(
        "exchange two places",
        "int x = a[INDEX]; a[INDEX] = a[n - 1 - INDEX]; a[n - 1 - INDEX] = x;",
        0.5,
        least=2,
    ),
    Idiom(
        "exchange halves",
        """
        int m = n / 2;
        for (int i = 0; i < m; i++) {
            int x = a[i];
            a[i] = a[n - m + i];
            a[n - m + i] = x;
        }
        """,
        0.6,
    ),
    Idiom(
        "largest to the front",
        """
        int m = 0;
        for (int i = 1; i < n; i++) { if (a[i] > a[m]) { m = i; } }
        int x = a[0];
        a[0] = a[m];
        a[m] = x;
        """,
        0.3,
        flips=True,
        least=1,
    ),
    Idiom(
        "largest to the end",
        """
        int m = 0;
        for (int i = 1; i < n; i++) { if (a[i] > a[m]) { m = i; } }
        int x = a[n - 1];
        a[n - 1] = a[m];
        a[m] = x;
        """,
        0.3,
        flips=True,
        least=1,
    ),
    Idiom(
        "such at the end",
        """
        int m = 0;
        for (int i = 0; i < n; i++) { if (a[i] != ANY) { a[m++] = a[i]; } }
        while (m < n) { a[m++] = ANY; }
        """,
        1.2,
        has_repeats=True,
    ),
    Idiom(
        "parted",
        """
        int m = 0;
        for (int i = 0; i < n; i++) {
            if (COND(a[i])) { int x = a[i]; a[i] = a[m]; a[m] = x; m++; }
        }
        """,
        0.9,
    ),
    Idiom("set a cell", "a[INDEX] = CHANGED(a[INDEX]);", 1.0, least=1),
    Idiom("copy a cell", "for (int i = 0; i < n; i++) { a[i] = a[INDEX]; }", 0.3, least=1),
    Idiom("mirror", "for (int i = 0; i < n / 2; i++) { a[n - 1 - i] = VALUE(a[i], i); }", 0.7),
    Idiom("mirrored cells", "for (int i = 0; i < n / 2; i++) { a[i] = JOIN(a[i], a[n - 1 - i]); }", 0.6),
    Idiom(
        "smoothed",
        """
        int t[64];
        for (int i = 0; i < n; i++) { t[i] = a[i]; }
        for (int i = 1; i < n - 1; i++) { a[i] = (t[i - 1] + t[i] + t[i + 1]) / 3; }
        """,
        0.4,
    ),
    Idiom(
        "numbered",
        "int count = 0; for (int i = 0; i < n; i++) { if (COND(a[i], i)) { a[i] = count; count++; } }",
        0.6,
    ),
    Idiom(
        "from the first such on",
        """
        int found = 0;
        for (int i = 0; i < n; i++) {
            if (COND(a[i], i)) { found = 1; }
            if (found) { a[i] = CHANGED(a[i]); }
        }
        """,
        0.7,
    ),
    Idiom(
        "the first such",
        """
        for (int i = 0; i < n; i++) {
            if (COND(a[i], i)) { a[i] = CHANGED(a[i], i); break; }
        }
        """,
        0.8,
    ),
    Idiom(
        "the last seen",
        """
        int x = CONSTANT;
        for (int i = 0; i < n; i++) {
            if (COND(a[i])) { x = a[i]; } else { a[i] = x; }
        }
        """,
        0.7,
    ),
    Idiom(
        "remainders carried",
        """
        int carry = BIT;
        for (int i = n - 1; i >= 0; i--) {
            int x = a[i] + carry;
            a[i] = x % 10;
            carry = x / 10;
        }
        """,
        0.3,
        not_negative=True,
    ),
)
