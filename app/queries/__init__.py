"""Queries: every SELECT that serves requests, and the nested records it returns."""
