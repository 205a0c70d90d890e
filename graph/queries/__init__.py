"""What clients can ask: one file a noun, each question one call into `resolvers`."""
