"""Models: torch modules that turn arrays into log-probabilities."""

from lasynth.models.build import build
from lasynth.models.config import LaSynthConfig
from lasynth.models.lasynth import Forward, LaSynth
from lasynth.models.synthesizer import Belief, Synthesizer
from lasynth.models.zoo import load, save, zoo_folder

__all__ = [
    "Belief",
    "Forward",
    "LaSynth",
    "LaSynthConfig",
    "Synthesizer",
    "build",
    "load",
    "save",
    "zoo_folder",
]
