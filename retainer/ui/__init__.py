"""What the components are made of, without a database: state words, colours, times and sums as people read them."""
