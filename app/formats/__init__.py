"""Writers of formats other than JSON; they know the data, but not where it comes from."""
