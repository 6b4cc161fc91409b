"""Asks what is due, and judges each answer into the event of a change."""
