"""Who may do what: roles of staff, rights of contacts, scopes of tokens, and how a view declares its need."""
