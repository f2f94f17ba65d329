"""Evaluation: protocols, intervals and tables. `Record` says what the words mean."""

from lasynth.evaluation.intervals import Rate, wilson
from lasynth.evaluation.protocols import evaluate, evaluate_engines
from lasynth.evaluation.records import Evaluation, Record

__all__ = ["Evaluation", "Rate", "Record", "evaluate", "evaluate_engines", "wilson"]
