"""Terms written as functions of C."""

from lasynth.domains.c.lists.terms.writing.function import result_of, written
from lasynth.domains.c.lists.terms.writing.names import UnwritableError

__all__ = ["UnwritableError", "result_of", "written"]
