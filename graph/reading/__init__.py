"""Reading: the one way in which rows become answers.

A resolver returns `Rows` (which rows, made by `resolvers.access`), or a `Paged`, `Shown` or `Picked` of them, and
nothing is loaded yet. From there on the selection of the client decides. Once for each selection, for everybody who
goes through the same gates:

    shape       a type says what each of its fields reads: a column, an edge, a function of columns, or one that is
                asked once for all rows of a level; `connection` is the shape of a page, and an interface may show
                rows of several tables, `mixed`
    roots       what a query asks for at its top, each field with its resolver and its `arguments`
    planner     the selection becomes levels (the columns each needs, to-one edges joined, to-many edges levels below),
                which stand in `plan` and are kept in `plans`, and a tree of what each part of the answer is made of,
                its `sources`; `page_planner` does so for pages; `types` tells types of the contract apart
    builders    that tree becomes a Python function of rows; `values` says how each kind of column is printed, `small`
                how an object is that is no row

and once for each request:

    statement   a level is one SQL statement with the viewer's own rules in it: its text, which `texts` writes, is kept,
                its values are bound
    gathering   on PostgreSQL several levels are one statement, each found below the rows of the one above it
    read        the statements are run, level below level where they are not one, and give what is in `found`;
                `pages` says which stretch is asked for, `stretches` cuts it out
    room        counts the texts that are read, and refuses an answer that would be too long
    mixed       rows of several kinds in one order: each is found again in the level of its kind
    answer      the builders make the answer of what was read
    careful     makes it again, step by step, where something went wrong or a gate is closed, and tells each error in
                its place
    readings    tells the context of which pets a record was read, where a type says that a field is the `body` of one
    objects     completes what a resolver answers that is no row, and may hold some

`executor` runs it. Queries and mutations are answered here, all but introspection. That, and the roots of subscriptions
with the objects they answer with, are graphql-core's, which hands over wherever one of them holds rows, and gets a
finished answer back.

`explain` tells what would be done, without doing it: `steps` are the levels with their statements, in the words of
`explained`.
"""

from graph.reading.executor import ReadingExecutor
from graph.reading.pages import Paged, Picked, Shown
from graph.reading.plans import Plans
from graph.reading.shape import batched, column, computed, identity, itself, many, mixed, one, said, shape, timed, told

__all__ = [
    "Paged",
    "Picked",
    "Plans",
    "ReadingExecutor",
    "Shown",
    "batched",
    "column",
    "computed",
    "identity",
    "itself",
    "many",
    "mixed",
    "one",
    "said",
    "shape",
    "timed",
    "told",
]
