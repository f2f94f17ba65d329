"""A process that answers synthesis problems with cvc5, one JSON object per line.

`lasynth.domains.c._sygus_process` runs it as a script. It imports nothing from lasynth, so it starts in
milliseconds and can be killed at any time. Its arguments are the memory limit in MiB and a file of Python
that defines `solve(problem)`. A problem has a `limit` in seconds; what else it has, and what a term is, that
file says. The answer is `{"term": TERM}`, or `{"term": null}` where cvc5 found no term.
"""

from __future__ import annotations

import json
import resource
import runpy
import signal
import sys

_GRACE_S = 1.0  # normally the parent kills this process; if the parent is gone, the alarm does


def main() -> None:
    """Answer the problems on standard input until it ends."""
    limit = int(sys.argv[1]) * 2**20
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    solve = runpy.run_path(sys.argv[2])["solve"]
    for line in sys.stdin:
        problem = json.loads(line)
        # A limit of CPU time. The signal is not caught, so it ends the process even inside cvc5.
        signal.setitimer(signal.ITIMER_PROF, problem["limit"] + _GRACE_S)
        term = solve(problem)
        signal.setitimer(signal.ITIMER_PROF, 0)
        sys.stdout.write(json.dumps({"term": term}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
