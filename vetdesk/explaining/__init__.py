"""Explaining: what a document would read and what it costs, drawn for people; nothing is done, and no row is shown."""
