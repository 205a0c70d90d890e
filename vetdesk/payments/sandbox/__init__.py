"""The sandbox: a payment provider in the box. Real HTTP both ways, a file of its own, and no real money.

cards      the numbers to try, and what each of them does
book       the file: what the provider knows, and what it still has to tell
provider   the rules: what may be done to a payment, and what is told of it
app        what answers at which address
page       where a person confirms a payment by hand
telling    delivers the notices, again and again until they are taken
running    runs it, by itself or beside a server
"""

from vetdesk.payments.sandbox.app import create_sandbox

__all__ = ["create_sandbox"]
