"""The demo's two agencies and their believable months of history, written through the product's own services."""
