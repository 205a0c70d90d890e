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

    def gone(self, dialect: str) -> list[str]:
        """The SQL that takes it away, so that it can be made with another condition."""
        if dialect == POSTGRES:
            return [f"ALTER TABLE {self.table} DROP CONSTRAINT {self.name}"]
        return [f"DROP TRIGGER {self.name}_{moment.lower()}" for moment in _MOMENTS]


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
class Guard:
    """No row of `table` comes into being, or is changed, for which `refused` holds.

    In `refused`, which may ask other rows, every column of the row is written as {row}column, and of what it was
    before as {was}column. Whoever writes holds a row that orders the writers.
    """

    name: str
    table: str
    refused: str
    moment: str = "INSERT"

    def statements(self, dialect: str) -> list[str]:
        """The SQL that makes it."""
        refused = self.refused.format(row="NEW.", was="OLD.")
        if dialect == SQLITE:
            return [
                f"CREATE TRIGGER {self.name} BEFORE {self.moment} ON {self.table} WHEN {refused} "
                f"BEGIN SELECT RAISE(ABORT, '{self.name}'); END"
            ]
        return [
            f"CREATE FUNCTION {self.name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {refused} THEN "
            f"RAISE EXCEPTION '{self.name}' USING ERRCODE = 'integrity_constraint_violation'; END IF; "
            "RETURN NEW; END $$",
            f"CREATE TRIGGER {self.name} BEFORE {self.moment} ON {self.table} "
            f"FOR EACH ROW EXECUTE FUNCTION {self.name}()",
        ]


@dataclass(frozen=True, slots=True)
class Frozen:
    """While `when` holds of a row of `table`, its columns `keeps` stay as they are, and it is not deleted unless `may_go`.

    In `when` every column of the row is written as {row}column. Unless `admits_new`, no row comes into being, or is
    moved to where, it holds already.
    """

    name: str
    table: str
    when: str
    keeps: tuple[str, ...]
    admits_new: bool = True
    may_go: bool = False

    def statements(self, dialect: str) -> list[str]:
        """The SQL that makes it."""
        moments = self._moments()
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

    def gone(self, dialect: str) -> list[str]:
        """The SQL that takes it away, so that it can be made with other columns."""
        if dialect == SQLITE:
            return [f"DROP TRIGGER {self.name}_{moment.lower()}" for moment in self._moments()]
        return [f"DROP TRIGGER {self.name} ON {self.table}", f"DROP FUNCTION {self.name}()"]

    def _moments(self) -> dict[str, str]:
        """When it is looked at, and what is refused then."""
        was, will_be = self.when.format(row="OLD."), self.when.format(row="NEW.")
        changed = " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in self.keeps)
        moments = {"UPDATE": f"({was}) AND ({changed})"} | ({} if self.may_go else {"DELETE": was})
        if not self.admits_new:
            moments |= {"UPDATE": f"(({was}) OR ({will_be})) AND ({changed})", "INSERT": will_be}
        return moments


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

    def gone(self, _dialect: str) -> list[str]:
        """The SQL that takes it away, so that it can be made of other rows."""
        return [f"DROP INDEX {self.name}"]


@dataclass(frozen=True, slots=True)
class InHistory:
    """Each row of `table` stands in the history of its pet as this kind, from the first row to the last.

    `at`, `words`, `owners_see`, `pet` and `when` (of which rows it is said) are SQL, in which every column of the row
    is written as {row}column.
    """

    table: str
    kind: str
    at: str
    words: str
    owners_see: str
    pet: str = "{row}pet_id"
    when: str = "1 = 1"

    @property
    def name(self) -> str:
        """What it is called."""
        return f"{self.table}_in_history"

    def statements(self, dialect: str) -> list[str]:
        """The SQL that makes it, and writes the rows that are there already."""
        insert, delete = self._insert("NEW."), "DELETE FROM history_entry WHERE id = OLD.id"
        is_other = " OR ".join(
            f"({said.format(row='OLD.')}) IS {'NOT' if dialect == SQLITE else 'DISTINCT FROM'} ({said.format(row='NEW.')})"
            for said in (self.pet, self.at, self.words, self.owners_see, self.when)
        )
        if dialect == SQLITE:
            named = f"CREATE TRIGGER {self.name}"
            triggers = [
                f"{named}_insert AFTER INSERT ON {self.table} BEGIN {insert}; END",
                f"{named}_update AFTER UPDATE ON {self.table} WHEN {is_other} BEGIN {delete}; {insert}; END",
                f"{named}_delete AFTER DELETE ON {self.table} BEGIN {delete}; END",
            ]
        else:
            each = f"ON {self.table} FOR EACH ROW"
            triggers = [
                f"CREATE FUNCTION {self.name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                f"IF TG_OP <> 'INSERT' THEN {delete}; END IF; IF TG_OP <> 'DELETE' THEN {insert}; END IF; "
                "RETURN NULL; END $$",
                f"CREATE TRIGGER {self.name} AFTER INSERT OR DELETE {each} EXECUTE FUNCTION {self.name}()",
                f"CREATE TRIGGER {self.name}_update AFTER UPDATE {each} WHEN ({is_other}) "
                f"EXECUTE FUNCTION {self.name}()",
            ]
        return [*triggers, self._insert("", f" FROM {self.table}")]

    def _insert(self, row: str, source: str = "") -> str:
        values = ", ".join(said.format(row=row) for said in (self.pet, self.at, self.owners_see, self.words))
        columns = "id, kind, pet_id, at, owners_see, words"
        said = f"SELECT {row}id, '{self.kind}', {values}{source} WHERE {self.when.format(row=row)}"
        return f"INSERT INTO history_entry ({columns}) {said}"


@dataclass(frozen=True, slots=True)
class WordIndex:
    """An index on the words in `words` of a table, which are folded and stand in it with one space between them.

    SQLite finds them in a table of its own, in which a place stands for each row: the number that SQLite itself gives
    to a row may be another one tomorrow.
    """

    name: str
    table: str

    def statements(self, dialect: str) -> list[str]:
        """The SQL that makes it; it knows the rows that come from then on, and on PostgreSQL those that are there."""
        if dialect == POSTGRES:
            return [
                f"CREATE INDEX {self.name} ON {self.table} USING gin (array_to_tsvector(string_to_array(words, ' ')))"
            ]
        places, place = f"{self.name}_place", f"(SELECT place FROM {self.name}_place WHERE id = OLD.id)"
        add = (
            f"INSERT INTO {places} (id) VALUES (NEW.id); "
            f"INSERT INTO {self.name} (rowid, words) VALUES (last_insert_rowid(), NEW.words);"
        )
        remove = (
            f"INSERT INTO {self.name} ({self.name}, rowid, words) VALUES ('delete', {place}, OLD.words); "
            f"DELETE FROM {places} WHERE id = OLD.id;"
        )
        return [
            f"CREATE TABLE {places} (place INTEGER PRIMARY KEY, id CHAR(36) NOT NULL UNIQUE)",
            # Words are divided by us, and folded; there is nothing that another tokenizer could know better.
            f"CREATE VIRTUAL TABLE {self.name} USING fts5"
            "(words, content='', columnsize=0, detail=none, tokenize='ascii', prefix='2 3')",
            f"CREATE TRIGGER {self.name}_insert AFTER INSERT ON {self.table} BEGIN {add} END",
            f"CREATE TRIGGER {self.name}_update AFTER UPDATE OF id, words ON {self.table} BEGIN {remove} {add} END",
            f"CREATE TRIGGER {self.name}_delete AFTER DELETE ON {self.table} BEGIN {remove} END",
        ]


_MOMENTS = ("INSERT", "UPDATE")


def _triggers(name: str, table: str, refused_when: str) -> list[str]:
    return [
        f"CREATE TRIGGER {name}_{moment.lower()} BEFORE {moment} ON {table} WHEN {refused_when} "
        f"BEGIN SELECT RAISE(ABORT, '{name}'); END"
        for moment in _MOMENTS
    ]
