"""Helpers of the tests: servers, seeds, clients, and the contract that answers are held to."""
