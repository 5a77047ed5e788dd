"""From Discord to an edit: what was asked, which pictures were meant, and their files on disk."""
