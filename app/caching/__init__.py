"""HTTP caching (RFC 9110, RFC 9111): finished answers, kept within bounds and sent again."""
