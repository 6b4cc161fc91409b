"""The way out, against servers that do their worst."""
