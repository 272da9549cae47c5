"""Money: the pure core."""
