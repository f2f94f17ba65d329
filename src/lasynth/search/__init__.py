"""Search: a scorer and a grammar mask in, checked and ranked programs out; and the solvers without a network.

Nothing here imports torch, and no language but through its domain object.
"""

from lasynth.search.affine import AffineFit, AffineProgram
from lasynth.search.rank import by_score, distinct_behaviours, rank
from lasynth.search.scorer import Scorer
from lasynth.search.search import Method, SearchConfig, SearchResult, search
from lasynth.search.sygus import SygusProgram, SygusSolver
from lasynth.search.verify import Proposal

__all__ = [
    "AffineFit",
    "AffineProgram",
    "Method",
    "Proposal",
    "Scorer",
    "SearchConfig",
    "SearchResult",
    "SygusProgram",
    "SygusSolver",
    "by_score",
    "distinct_behaviours",
    "rank",
    "search",
]
