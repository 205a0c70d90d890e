"""The oracle: a second way to every answer, as plain as can be, and random documents to hold the two against each other.

What is asked about:

    house      the rows: other people's, none, many, and some that are broken
    visits     those of them that are a record
    records    all of them, as instances of the models

What a viewer must hear of them, written apart from `resolvers/access` and from all of `graph/reading` but the text of a
cursor:

    kinds, sight, pages, searches, free_times, roots, oracle

What is asked, and how it is compared:

    arguments  what is given to the fields that take something, drawn from the rows
    documents  random documents by hypothesis-graphql, with those arguments and in every dress
    directed   a document for a field that chance has left out
    desk       the program, to which documents are handed without its doors
    asking     everybody who comes to a door, with the documents; both are asked, and it is counted what was
    breaks     every piece that can be taken out of what decides rows
"""

from tests.oracle.kinds import SCHEMAS
from tests.oracle.oracle import Oracle
from tests.oracle.records import Records

__all__ = ["SCHEMAS", "Oracle", "Records"]
