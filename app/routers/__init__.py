"""The routes, one file a resource family; they join queries to schemas and hold no logic."""
