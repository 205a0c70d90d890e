"""The limit: the same answers for the same rows, by hand, with no GraphQL, no access rule, no token and no limit.

Starlette, the driver, orjson, and as few statements as can be. Nobody would want to keep such a program, but nothing
on this stack answers faster, so the product is measured beside it.
"""
