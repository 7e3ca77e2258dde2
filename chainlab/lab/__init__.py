"""Laboratory PKIs: hierarchies with keys of our own, for tests, teaching and trying out. Never for production."""
