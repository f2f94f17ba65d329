"""Search: engines propose programs, one driver checks and ranks them.

Nothing here imports torch. Languages are used only through their `Language` value.
"""

from lasynth.search.beam import Beam
from lasynth.search.completion import Completion
from lasynth.search.engine import Budget, Engine, Proposal, Proposals
from lasynth.search.ensemble import Choice, Votes
from lasynth.search.floor import FloorSearch, SolverSearch
from lasynth.search.problem import Problem
from lasynth.search.rank import by_score, distinct_behaviours, rank
from lasynth.search.sampling import Sampling
from lasynth.search.scorer import Scorer
from lasynth.search.search import SearchConfig, SearchResult, search

__all__ = [
    "Beam",
    "Budget",
    "Choice",
    "Completion",
    "Engine",
    "FloorSearch",
    "Problem",
    "Proposal",
    "Proposals",
    "Sampling",
    "Scorer",
    "SearchConfig",
    "SearchResult",
    "SolverSearch",
    "Votes",
    "by_score",
    "distinct_behaviours",
    "rank",
    "search",
]
