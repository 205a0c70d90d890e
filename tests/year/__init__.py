"""A year of a practice that reminds: what was sent is held against what somebody expects who only knows the rules.

`facts` says who lives there, `street` lets them live and writes it down as the practice would, `expected` reckons in
plain words and without a database who should hear what and when, and `lived` runs both, with workers that come twice
and are cut off.
"""
