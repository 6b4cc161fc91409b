"""What must be true afterwards, each fact for itself: from what was stored, and from what the outside wrote down."""
