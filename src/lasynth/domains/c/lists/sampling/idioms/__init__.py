"""The idioms of `lists`, as C with holes: what people do with lists and numbers."""

from lasynth.domains.c.lists.sampling.idioms.changes import PLACE_IDIOMS
from lasynth.domains.c.lists.sampling.idioms.folds import FOLD_IDIOMS
from lasynth.domains.c.lists.sampling.idioms.makes import MAKE_IDIOMS
from lasynth.domains.c.lists.sampling.idioms.numbers import NUMBER_IDIOMS, SERIES_IDIOMS
from lasynth.domains.c.lists.sampling.idioms.orders import ORDER_IDIOMS, SORT_IDIOMS
from lasynth.domains.c.lists.sampling.idioms.searches import SEARCH_IDIOMS
from lasynth.domains.c.lists.sampling.idioms.twos import TWO_FOLD_IDIOMS, TWO_MAKE_IDIOMS, TWO_PLACE_IDIOMS

__all__ = [
    "FOLD_IDIOMS",
    "MAKE_IDIOMS",
    "NUMBER_IDIOMS",
    "ORDER_IDIOMS",
    "PLACE_IDIOMS",
    "SEARCH_IDIOMS",
    "SERIES_IDIOMS",
    "SORT_IDIOMS",
    "TWO_FOLD_IDIOMS",
    "TWO_MAKE_IDIOMS",
    "TWO_PLACE_IDIOMS",
]
