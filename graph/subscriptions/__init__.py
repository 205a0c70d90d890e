"""Subscriptions: what clients can watch."""
