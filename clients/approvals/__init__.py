"""What a client agrees to: a frozen version, who may agree to it, and what each of them did."""
