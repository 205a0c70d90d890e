"""The oracle: a second way to every answer, as plain as can be, and random documents to hold the two against each other.

house      the rows that are asked about: other people's, none, many, and some that are broken
kinds, sight, pages, searches, free_times, roots, oracle
           what a viewer must hear, written apart from `graph/reading` and `resolvers/access`
arguments  what is given to the fields that take something, drawn from the rows
documents  random documents by hypothesis-graphql, with those arguments and in every dress
directed   a document for a field that chance has left out
desk       the program's answer, held against the oracle's
"""

from tests.oracle.kinds import SCHEMAS
from tests.oracle.oracle import Oracle
from tests.oracle.records import Records

__all__ = ["SCHEMAS", "Oracle", "Records"]
