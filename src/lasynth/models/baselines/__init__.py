"""Systems that LaSynth is compared with and that are not compositions of its parts."""
