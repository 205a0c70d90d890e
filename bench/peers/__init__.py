"""The peers: what else one could build such an API with, each as well as its own makers would have it.

Same rows, same questions, same answers, same tokens, same pool; one process each. Written to win, not to lose.
"""
