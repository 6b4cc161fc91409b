"""What was measured: stored by day, rolled up, drawn."""
