"""Models: torch modules that turn arrays into log-probabilities."""

from lasynth.models.build import Model, build
from lasynth.models.config import (
    KarelConfig,
    LaSynthConfig,
    ModelConfig,
    PropertySignaturesConfig,
    model_config,
)
from lasynth.models.grounded import Grounded, can_be_grounded
from lasynth.models.lasynth import Forward, LaSynth
from lasynth.models.synthesizer import Belief, Synthesizer
from lasynth.models.zoo import has_default, load, save, zoo_folder

__all__ = [
    "Belief",
    "Forward",
    "Grounded",
    "KarelConfig",
    "LaSynth",
    "LaSynthConfig",
    "Model",
    "ModelConfig",
    "PropertySignaturesConfig",
    "Synthesizer",
    "build",
    "can_be_grounded",
    "has_default",
    "load",
    "model_config",
    "save",
    "zoo_folder",
]
