"""The response models: what every answer is held against before it leaves."""
