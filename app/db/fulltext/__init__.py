"""Full-text search: FTS5 on SQLite, tsvector on PostgreSQL."""
