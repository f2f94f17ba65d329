"""A language over strings for `lasynth`: FlashFill in miniature (`docs/new-language.md`)."""
