"""Tests of checks, alerts and values, against real servers on the loopback address."""
