"""Watching: the live day of a location in a terminal. A client as any other, that knows no more than the contract."""
