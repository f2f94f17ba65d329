"""LaSynth for the dialect `lists` of C, whose numbers and lengths have no bound that a table could hold."""
