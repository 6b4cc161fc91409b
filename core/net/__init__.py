"""The only way out: every request that the product makes to an address somebody typed goes through here."""
