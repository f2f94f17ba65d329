"""Engines by name, as commands and `lasynth.solve` accept them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from lasynth.domains.base import Language
from lasynth.errors import InputError
from lasynth.quoting import quoted
from lasynth.search.beam import Beam
from lasynth.search.completion import Completion
from lasynth.search.composition import Composition
from lasynth.search.engine import Engine
from lasynth.search.enumeration import Enumeration
from lasynth.search.floor import FloorSearch, SolverSearch
from lasynth.search.sampling import Sampling
from lasynth.search.scorer import Scorer
from lasynth.search.terms import TermSearch

__all__ = ["ENGINES", "engine", "needs_model"]

_WITH_MODEL: Final = ("beam", "sampling")
_WITHOUT_MODEL: Final[dict[str, Callable[[Language], Engine]]] = {
    "completion": lambda language: Completion(),
    "floor": lambda language: FloorSearch(),
    "enumeration": Enumeration.of,
    "composition": Composition.of,
    "terms": TermSearch.of,
}
# The solvers of a language have their own names.
ENGINES: Final = (*_WITH_MODEL, *_WITHOUT_MODEL)


def needs_model(names: Sequence[str | Engine]) -> bool:
    """Whether some of these engines, given by name, search with a model."""
    return any(name in _WITH_MODEL for name in names)


def engine(
    name: str,
    language: Language,
    scorer: Scorer | None = None,
    *,
    beam: int = 64,
    time_limit: float = 10.0,
) -> Engine:
    """The engine with a name.

    Args:
        name: one of `ENGINES`, or a solver of the language.
        language: the language of the programs.
        scorer: the model, for an engine that needs one.
        beam: W of an engine with a model.
        time_limit: for a solver, seconds per problem.

    Raises:
        InputError: there is no such engine, it needs a model and has none, or the language cannot be
            enumerated.
    """
    if name in language.solvers:
        return SolverSearch(language.solvers[name](time_limit), name)
    if name in _WITH_MODEL:
        if scorer is None:
            raise InputError(f"the engine {name} needs a model", hint="Give a model, or another engine.")
        return Beam(scorer=scorer, width=beam) if name == "beam" else Sampling(scorer=scorer, width=beam)
    if name not in _WITHOUT_MODEL:
        known = ", ".join((*ENGINES, *language.solvers))
        raise InputError(f"no engine is called {quoted(name)}", hint=f"Known for {language.name}: {known}.")
    return _WITHOUT_MODEL[name](language)
