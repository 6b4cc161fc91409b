"""Open clocks that are moved to newer terms, counted before and by batches."""
