"""Measures speed: the product beside its peers in one run, as ratios where a peer is named. Run by ``make bench``."""
