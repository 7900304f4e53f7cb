"""HTTP semantics (RFC 9110, RFC 9111): cache, conditional requests, content codings, routing."""
