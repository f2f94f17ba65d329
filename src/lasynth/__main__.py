"""`python -m lasynth` is `lasynth`."""

from lasynth.cli import main

main()
