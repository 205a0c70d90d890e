"""Reading: the one way in which rows become answers.

A resolver returns `Rows` (which rows, made by `resolvers.access`) or a `Paged` of them, and nothing is loaded yet.
From there on the selection of the client decides. Once for each selection, for everybody who goes through the same
gates:

    shape      a type says what each of its fields reads: a column, an edge, or a function of columns
    planner    the selection becomes levels (the columns each needs, to-one edges joined, to-many edges levels below)
               and a tree of what each part of the answer is made of: both stand in `plan`, and are kept in `plans`
    builders   that tree becomes a Python function of rows; `values` says how each kind of column is printed

and once for each request:

    statement  a level is one SQL statement with the viewer's own rules in it; its text is kept, its values are bound
    read       the statements are run, level below level; `arguments` and `pages` say what is asked of an edge
    answer     the builders make the answer of what was read
    careful    makes it again, step by step, where something went wrong or a gate is closed, and tells each error in
               its place

`executor` is the seam: wherever a field returns rows, graphql-core hands over, and gets a finished answer back.
"""

from graph.reading.executor import ReadingExecutor
from graph.reading.pages import Paged, Picked, Shown
from graph.reading.plans import Plans
from graph.reading.shape import batched, column, computed, identity, itself, many, one, said, shape

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
    "one",
    "said",
    "shape",
]
