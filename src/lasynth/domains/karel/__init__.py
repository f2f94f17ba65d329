"""Karel, in the dialect of the public benchmark."""
