"""Reading: the one way in which rows become answers.

A resolver returns `Rows` (which rows, made by `resolvers.access`) or a `Paged` of them, and nothing is loaded yet.
From there on the selection of the client decides, in four stages:

    shape      a type says once what each of its fields reads: a column, an edge, or a function of columns
    plan       the selection becomes levels: the columns each needs, to-one edges joined, to-many edges levels below
    statement  a level becomes one SQL statement, with the viewer's own conditions on every row it touches
    answer     the statements are run, and each row becomes an instance of its type that holds what was selected

`executor` is the seam: wherever a field returns rows, graphql-core hands over, and gets finished instances back.
"""

from graph.reading.executor import ReadingExecutor
from graph.reading.pages import Paged, Picked, Shown
from graph.reading.shape import at, column, computed, many, one, shape

__all__ = ["Paged", "Picked", "ReadingExecutor", "Shown", "at", "column", "computed", "many", "one", "shape"]
