"""What a reader meets: real pages in a real browser."""
