from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from hypothesis import settings

from lasynth import domains

# The models of most tests are tiny, so threads would only wait for one another. Subprocesses inherit this.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# No deadlines: the first call of a compiled function takes seconds. In `make test` the examples are the
# same every time; `make check-long` draws new and more examples.
settings.register_profile("default", deadline=None, derandomize=True)
settings.register_profile("long", deadline=None, max_examples=2000, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


@pytest.fixture(scope="session")
def root() -> Path:
    """The root of the repository."""
    return Path(__file__).resolve().parents[1]


@pytest.fixture
def narrow_c(monkeypatch: pytest.MonkeyPatch) -> None:
    """The language "c" without one that is wider, so that its own messages show."""
    get = domains.get
    alone = replace(get("c"), wider=None)
    monkeypatch.setattr(domains, "get", lambda name: alone if name == "c" else get(name))


@pytest.fixture
def toy(monkeypatch: pytest.MonkeyPatch) -> Iterator[domains.Language]:
    """The toy language, registered like that of another package."""
    points = {"toy": EntryPoint("toy", "toy_language:TOY", domains.GROUP)}
    monkeypatch.setattr(domains, "_entry_points", lambda: points)
    domains.get.cache_clear()
    yield domains.get("toy")
    domains.get.cache_clear()
