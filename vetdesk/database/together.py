"""Together: tables that a migration makes one after the other are made known to Tortoise at once.

Tortoise renders every model it knows anew for each table that is added, before and after: with a hundred tables that
takes longer than making them. A table refers to others all the same, and they are made in the order given. What there
was before a step is rendered only where the step looks at it, which hardly any does.
"""

from __future__ import annotations

from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING

from tortoise.migrations.loader import MigrationLoader
from tortoise.migrations.operations import DIRECT_RELATION_FIELDS, CreateModel, Operation
from tortoise.migrations.schema_generator.state import ModelState, State

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tortoise.migrations.schema_editor.base import BaseSchemaEditor
    from tortoise.migrations.schema_generator.state_apps import StateApps


class Loader(MigrationLoader):
    """Loads the migrations, in which tables that follow each other are one step."""

    async def build_graph(self) -> None:
        """The migrations and what they depend on."""
        await super().build_graph()
        for migration in self.disk_migrations.values():
            migration.operations = list(_joined(migration.operations))


class Known(State):
    """What is known after some migrations. Its copies are of what was known then, and rendered once somebody looks."""

    def clone(self) -> State:
        """What is known now, whatever is learnt later."""
        return _Before({key: model.clone() for key, model in self.models.items()}, self.apps)


class _Before(State):
    """What was known before a step."""

    def __init__(self, models: dict[tuple[str, str], ModelState], apps: StateApps) -> None:
        self.models = models
        self._later = apps

    @cached_property
    def apps(self) -> StateApps:  # type: ignore[override]  # what Tortoise holds as a value is made when it is read
        """The models, rendered."""
        return self._later.clone(model_states=self.models)


class CreateModels(Operation):
    """Makes several tables."""

    def __init__(self, tables: Sequence[CreateModel]) -> None:
        self._tables = tables

    def state_forward(self, app_label: str, state: State) -> None:
        """Make the models known, and those anew that refer to them or that they refer to."""
        made = {(app_label, table.name): ModelState.make_from_model(app_label, table.model) for table in self._tables}
        state.models.update(made)
        touched = set(made)
        for key, known in state.models.items():
            for field in known.fields.values():
                if isinstance(field, DIRECT_RELATION_FIELDS):
                    meant = state.apps.split_reference(field.model_name)
                    touched |= {meant} if key in made and meant in state.models else set()
                    touched |= {key} if meant in made else set()
        state.reload_models(touched)

    async def database_forward(
        self, app_label: str, old_state: State, new_state: State, state_editor: BaseSchemaEditor | None = None
    ) -> None:
        """Make the tables."""
        for table in self._tables:
            await table.database_forward(app_label, old_state, new_state, state_editor)


def _joined(operations: Sequence[Operation]) -> Iterator[Operation]:
    for makes_a_table, some in groupby(operations, lambda one: isinstance(one, CreateModel)):
        if makes_a_table:
            yield CreateModels([one for one in some if isinstance(one, CreateModel)])
        else:
            yield from some
