"""Planned maintenance of systems: what was announced before it began, and is therefore no outage."""
