"""Constraints: what the database itself refuses, said once for both databases.

PostgreSQL gets checks, unique indexes and an exclusion constraint. SQLite can add checks to a table only by
remaking it, which drops triggers and indexes, so there a check is a pair of triggers with the same name. A
violation names the constraint on both, but for a uniqueness on SQLite, which names the columns.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

POSTGRES = "postgres"
SQLITE = "sqlite"


class Constraint(Protocol):
    """Something the database refuses."""

    @property
    def name(self) -> str:
        """What a violation is called."""

    def statements(self, dialect: str) -> list[str]:
        """The SQL that makes it, one statement each."""


@dataclass(frozen=True, slots=True)
class Check:
    """Each row of `table` fulfils `condition`, in which every column is written as {row}column."""

    name: str
    table: str
    condition: str

    def statements(self, dialect: str) -> list[str]:
        """The SQL that makes it."""
        if dialect == POSTGRES:
            return [f"ALTER TABLE {self.table} ADD CONSTRAINT {self.name} CHECK ({self.condition.format(row='')})"]
        return _triggers(self.name, self.table, f"NOT ({self.condition.format(row='NEW.')})")


@dataclass(frozen=True, slots=True)
class Unique:
    """No two rows of `table` for which `where` holds agree in `columns`."""

    name: str
    table: str
    columns: str
    where: str

    def statements(self, dialect: str) -> list[str]:
        """The SQL that makes it, the same on both."""
        return [f"CREATE UNIQUE INDEX {self.name} ON {self.table} ({self.columns}) WHERE {self.where}"]


@dataclass(frozen=True, slots=True)
class NoOverlap:
    """No two rows of `table` for which `where` holds agree in `column` and overlap in time."""

    name: str
    table: str
    column: str
    where: str

    def statements(self, dialect: str) -> list[str]:
        """The SQL that makes it."""
        if dialect == POSTGRES:
            return [
                "CREATE EXTENSION IF NOT EXISTS btree_gist",
                f"ALTER TABLE {self.table} ADD CONSTRAINT {self.name} EXCLUDE USING gist ({self.column} WITH =, "
                f"tstzrange(starts_at, ends_at, '[)') WITH &&) WHERE ({self.where})",
            ]
        # Those there are do not overlap, so of all that start before this one ends only the latest can reach into it:
        # one step in an index, however long the past is.
        overlap = (
            f"NEW.{self.where} AND (SELECT other.ends_at FROM {self.table} other WHERE other.{self.column} = "
            f"NEW.{self.column} AND other.{self.where} AND other.id <> NEW.id AND other.starts_at < NEW.ends_at "
            "ORDER BY other.starts_at DESC LIMIT 1) > NEW.starts_at"
        )
        return _triggers(self.name, self.table, overlap)


@dataclass(frozen=True, slots=True)
class NeverChanged:
    """A row of `table` is never updated."""

    name: str
    table: str

    def statements(self, dialect: str) -> list[str]:
        """The SQL that makes it."""
        if dialect == SQLITE:
            return [
                f"CREATE TRIGGER {self.name} BEFORE UPDATE ON {self.table} "
                f"BEGIN SELECT RAISE(ABORT, '{self.name}'); END"
            ]
        return [
            f"CREATE FUNCTION {self.name}() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{self.name}' USING ERRCODE = 'integrity_constraint_violation'; END $$",
            f"CREATE TRIGGER {self.name} BEFORE UPDATE ON {self.table} FOR EACH ROW EXECUTE FUNCTION {self.name}()",
        ]


@dataclass(frozen=True, slots=True)
class Frozen:
    """While `when` holds of a row of `table`, its columns `keeps` stay as they are, and it is not deleted.

    In `when` every column of the row is written as {row}column. Unless `admits_new`, no row comes into being, or is
    moved to where, it holds already.
    """

    name: str
    table: str
    when: str
    keeps: tuple[str, ...]
    admits_new: bool = True

    def statements(self, dialect: str) -> list[str]:
        """The SQL that makes it."""
        was, will_be = self.when.format(row="OLD."), self.when.format(row="NEW.")
        changed = " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in self.keeps)
        moments = {"UPDATE": f"({was}) AND ({changed})", "DELETE": was}
        if not self.admits_new:
            moments |= {"UPDATE": f"(({was}) OR ({will_be})) AND ({changed})", "INSERT": will_be}
        if dialect == SQLITE:
            return [
                f"CREATE TRIGGER {self.name}_{moment.lower()} BEFORE {moment} ON {self.table} "
                f"WHEN {when.replace('IS DISTINCT FROM', 'IS NOT')} BEGIN SELECT RAISE(ABORT, '{self.name}'); END"
                for moment, when in moments.items()
            ]
        branches = " ".join(
            f"IF TG_OP = '{moment}' THEN IF {when} THEN RAISE EXCEPTION '{self.name}' "
            "USING ERRCODE = 'integrity_constraint_violation'; END IF; END IF;"
            for moment, when in moments.items()
        )
        return [
            f"CREATE FUNCTION {self.name}() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN {branches} IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$",
            f"CREATE TRIGGER {self.name} BEFORE {' OR '.join(moments)} ON {self.table} "
            f"FOR EACH ROW EXECUTE FUNCTION {self.name}()",
        ]


@dataclass(frozen=True, slots=True)
class TextIndex:
    """An index on text in the order of its code points, the same on both databases; serves prefixes too."""

    name: str
    table: str
    column: str
    then: str = ""

    def statements(self, dialect: str) -> list[str]:
        """The SQL that makes it."""
        collate = ' COLLATE "C"' if dialect == POSTGRES else ""
        then = f", {self.then}" if self.then else ""
        return [f"CREATE INDEX {self.name} ON {self.table} ({self.column}{collate}{then})"]


@dataclass(frozen=True, slots=True)
class PartialIndex:
    """An index on those rows of `table` for which `where` holds."""

    name: str
    table: str
    columns: str
    where: str

    def statements(self, dialect: str) -> list[str]:
        """The SQL that makes it, the same on both."""
        return [f"CREATE INDEX {self.name} ON {self.table} ({self.columns}) WHERE {self.where}"]


def _triggers(name: str, table: str, refused_when: str) -> list[str]:
    return [
        f"CREATE TRIGGER {name}_{moment.lower()} BEFORE {moment} ON {table} WHEN {refused_when} "
        f"BEGIN SELECT RAISE(ABORT, '{name}'); END"
        for moment in ("INSERT", "UPDATE")
    ]
