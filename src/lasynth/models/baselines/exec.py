"""Exec (Chen, Liu and Song 2019): execution-guided synthesis, by the real interpreter.

The network is that of Bunel et al. (`lasynth.models.baselines.bunel`), to the last parameter. What is read
of an example is not its input but the world that the statements so far have made of it, and what is pooled
are the examples that the place being written will run on; both are found by `lasynth.domains.karel.guided`,
the same way in training, along the references, and in search. A statement is an action or a whole block, so
the worlds change behind every action, and the examples split behind every condition.

No code of the authors is public. Each example keeps one decoder that reads all tokens of the program; where
the paper synthesises the two branches of an `IFELSE` on two sets of examples, here the maximum is taken over
the one set and then over the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from lasynth.models.baselines.bunel import Bunel
from lasynth.models.baselines.peer import PeerConfig

__all__ = ["Exec"]


class Exec(Bunel):
    """The network of Bunel et al., which reads the worlds that programs make."""

    @dataclass(frozen=True, slots=True)
    class Config(PeerConfig):
        """Exec (Chen, Liu and Song 2019).

        Attributes:
            execution: behind every statement, or never, which leaves the network of Bunel et al.
        """

        kind: ClassVar[str] = "exec"
        syntax: ClassVar[str] = "grammar"

        execution: Literal["statements", "never"] = "statements"
