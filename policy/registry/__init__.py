"""Which statement of consent speaks: pure, over records that somebody else has read."""
