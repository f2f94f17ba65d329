"""Exec (Chen, Liu and Song 2019): synthesis guided by execution with the real interpreter.

The network is exactly that of Bunel et al. (`lasynth.models.baselines.bunel`). Instead of the input of an
example, it reads the world that the statements so far have made of it. It pools only the examples whose runs
reach the current position. `lasynth.domains.karel.guided` computes both, in training (along the references)
and in search. A statement is an action or a whole block, so the worlds change after every action, and the
examples split after every condition.

The authors have published no code. Each example has one decoder that reads all tokens of the program. The
paper synthesises the two branches of an `IFELSE` on two sets of examples; here the maximum is taken over the
first set and then over the second.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from lasynth.models.baselines.bunel import Bunel
from lasynth.models.baselines.peer import PeerConfig

__all__ = ["Exec"]


class Exec(Bunel):
    """The network of Bunel et al. on the worlds that partial programs make."""

    @dataclass(frozen=True, slots=True)
    class Config(PeerConfig):
        """Exec (Chen, Liu and Song 2019).

        Attributes:
            execution: after every statement, or never, which gives the network of Bunel et al.
        """

        kind: ClassVar[str] = "exec"
        syntax: ClassVar[str] = "grammar"

        execution: Literal["statements", "never"] = "statements"
