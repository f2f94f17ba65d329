"""Models of Karel: worlds as tensors, the encoder of examples, and LaSynth's parts."""
