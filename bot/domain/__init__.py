"""Nouns and rules: plain Python that never waits and imports nothing of the other rooms."""
