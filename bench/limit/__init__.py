"""The limit: the same answers for the same rows, by hand, with no GraphQL.

Starlette, the driver, orjson, and as few statements as can be. Who asks is known as the product knows it, and a
booking is checked as the product checks it; all else is left out. Nobody would want to keep such a program, but hardly
anything on this stack answers faster, so the product is measured beside it.
"""
