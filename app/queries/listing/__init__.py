"""Pages of lists: keyset pagination, query plans, filter shapes."""
