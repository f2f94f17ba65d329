"""Systems to compare LaSynth with that are not compositions of its parts."""
