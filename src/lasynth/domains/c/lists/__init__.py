"""The dialect `lists` of C: lists of any length and value, numbers in and out (`docs/c-lists.md`)."""
