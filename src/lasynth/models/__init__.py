"""Models: torch modules that turn arrays into log-probabilities."""

from typing import TypeAlias

from lasynth.models.baselines.property_signatures import PropertySignatures
from lasynth.models.build import KINDS, build, model_config
from lasynth.models.grounded import Grounded, can_be_grounded
from lasynth.models.karel.lasynth import KarelLaSynth
from lasynth.models.lasynth import LaSynth
from lasynth.models.lists import ListLaSynth
from lasynth.models.model import Forward, Model, ModelConfig
from lasynth.models.numbers.lasynth import NumbersLaSynth
from lasynth.models.synthesizer import Belief, Synthesizer
from lasynth.models.zoo import EXPORTED, config_of, has_default, load, save, zoo_folder

__all__ = [
    "EXPORTED",
    "KINDS",
    "Belief",
    "Forward",
    "Grounded",
    "KarelConfig",
    "LaSynth",
    "LaSynthConfig",
    "Model",
    "ModelConfig",
    "NumbersConfig",
    "PropertySignaturesConfig",
    "Synthesizer",
    "build",
    "can_be_grounded",
    "config_of",
    "has_default",
    "load",
    "model_config",
    "save",
    "zoo_folder",
]

LaSynthConfig: TypeAlias = ListLaSynth.Config
KarelConfig: TypeAlias = KarelLaSynth.Config
NumbersConfig: TypeAlias = NumbersLaSynth.Config
PropertySignaturesConfig: TypeAlias = PropertySignatures.Config
