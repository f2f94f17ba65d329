from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

# The models of most tests are tiny, threads would only wait for one another. Processes inherit it.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# No deadlines: the first call of a compiled function takes seconds. In `make test` the draws are the
# same every time; `make check-long` draws anew, and more.
settings.register_profile("default", deadline=None, derandomize=True)
settings.register_profile("long", deadline=None, max_examples=2000, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


@pytest.fixture(scope="session")
def root() -> Path:
    """The top of the repository."""
    return Path(__file__).resolve().parents[1]
