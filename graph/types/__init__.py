"""What clients see: one file a thing, and each type says in its fields what they show."""
