"""Lists: which rows match (``plan``), how a page is read (``keyset``), and cached statements.

``shape`` describes a request without its values, so that one compiled statement serves all requests
of a shape.
"""
