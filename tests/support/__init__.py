"""Helpers of the tests: servers, seeds, clients, and the check of responses against OpenAPI."""
