"""Everything that a person reads, in one place, so that one person can make the bot sound like one person."""
