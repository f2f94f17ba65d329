"""Models: torch modules that turn arrays into log-probabilities.

What is asked for is loaded then: which models are shipped is known without torch (`lasynth.models.shipped`).
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from typing import TypeAlias

    from lasynth.models.baselines.property_signatures import PropertySignatures
    from lasynth.models.grounded import Grounded, can_be_grounded
    from lasynth.models.karel.lasynth import KarelLaSynth
    from lasynth.models.kinds import KINDS, build, model_config
    from lasynth.models.lasynth import LaSynth
    from lasynth.models.lists import ListLaSynth
    from lasynth.models.model import Forward, Model, ModelConfig
    from lasynth.models.numbers.lasynth import NumbersLaSynth
    from lasynth.models.shipped import has_default, is_shipped, zoo_folder
    from lasynth.models.synthesizer import Belief, Synthesizer
    from lasynth.models.zoo import EXPORTED, config_of, load, save

    LaSynthConfig: TypeAlias = ListLaSynth.Config
    KarelConfig: TypeAlias = KarelLaSynth.Config
    NumbersConfig: TypeAlias = NumbersLaSynth.Config
    PropertySignaturesConfig: TypeAlias = PropertySignatures.Config

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
    "is_shipped",
    "load",
    "model_config",
    "save",
    "zoo_folder",
]

_PLACES: Final = {
    **dict.fromkeys(("has_default", "is_shipped", "zoo_folder"), "shipped"),
    **dict.fromkeys(("EXPORTED", "config_of", "load", "save"), "zoo"),
    **dict.fromkeys(("KINDS", "build", "model_config"), "kinds"),
    **dict.fromkeys(("Grounded", "can_be_grounded"), "grounded"),
    **dict.fromkeys(("Forward", "Model", "ModelConfig"), "model"),
    **dict.fromkeys(("Belief", "Synthesizer"), "synthesizer"),
    "LaSynth": "lasynth",
}
# The configuration of each of these classes has a name of its own.
_CONFIGS: Final = {
    "LaSynthConfig": ("lists", "ListLaSynth"),
    "KarelConfig": ("karel.lasynth", "KarelLaSynth"),
    "NumbersConfig": ("numbers.lasynth", "NumbersLaSynth"),
    "PropertySignaturesConfig": ("baselines.property_signatures", "PropertySignatures"),
}


def __getattr__(name: str) -> Any:
    if name in _CONFIGS:
        module, model = _CONFIGS[name]
        return getattr(importlib.import_module(f"{__name__}.{module}"), model).Config
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_PLACES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
