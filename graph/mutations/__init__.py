"""What clients can do: one file a noun, each deed one call into `resolvers`."""
