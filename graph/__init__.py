"""The contract: what clients see, and the one way in which rows become answers."""
