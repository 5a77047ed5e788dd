"""The room that knows Discord: what comes in is turned into nouns, what goes out is turned into messages."""
