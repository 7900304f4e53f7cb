"""From seed files to a database: read, validate, cross-check, load, put in place."""
