"""Response models: every response is validated against one of them."""
