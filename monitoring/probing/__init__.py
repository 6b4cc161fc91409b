"""Reads values out of answers and judges them. Pure: no database, no network."""
