"""Runs the real stack, hurts it at random moments, and holds what came of it against what was due."""
