"""Tests of middleware, routing, limits, caching and content codings."""
