"""Marks of tests that need what is not everywhere; each says how to get it."""

from __future__ import annotations

import importlib.util

import pytest

__all__ = ["needs_cvc5"]

needs_cvc5 = pytest.mark.skipif(
    importlib.util.find_spec("cvc5") is None, reason="cvc5 is not installed: pip install 'lasynth[sygus]'"
)
