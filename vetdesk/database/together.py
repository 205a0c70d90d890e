"""Together: what a migration adds one after the other, tables, fields or indexes, is made known to Tortoise at once.

Tortoise renders every model it knows anew for each of them, before and after: with a hundred tables that takes longer
than making them. A table refers to others all the same, and they are made in the order given. What there was before a
step is rendered only where the step looks at it and has changed it, which hardly any does.
"""

from __future__ import annotations

from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING

from tortoise.migrations.loader import MigrationLoader
from tortoise.migrations.operations import DIRECT_RELATION_FIELDS, AddField, AddIndex, CreateModel, Operation
from tortoise.migrations.schema_generator.state import ModelState, State

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

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

    rendered = 0
    """How often models were rendered anew: whoever finds the same number finds the same models."""

    def clone(self) -> State:
        """What is known now, whatever is learnt later."""
        return _Before({key: model.clone() for key, model in self.models.items()}, self)

    def _reload(self, models_to_reload: set[tuple[str, str]]) -> None:
        super()._reload(models_to_reload)
        self.rendered += 1


class _Before(State):
    """What was known before a step."""

    def __init__(self, models: dict[tuple[str, str], ModelState], later: Known) -> None:
        self.models = models
        self._later, self._rendered = later, later.rendered

    @cached_property
    def apps(self) -> StateApps:  # type: ignore[override]  # what Tortoise holds as a value is made when it is read
        """The models, rendered; what the step has left as it was is there already."""
        later = self._later
        return later.apps if later.rendered == self._rendered else later.apps.clone(model_states=self.models)


class _Gathered(State):
    """What is known, of which what is to be rendered anew is gathered."""

    def __init__(self, known: State) -> None:
        super().__init__(known.models, known.apps)
        self.touched: set[tuple[str, str]] = set()

    def reload_model(self, app_label: str, model_name: str) -> None:
        """Gather it."""
        self.touched.add((app_label, model_name))

    def reload_models(self, model_tuples: Iterable[tuple[str, str]]) -> None:
        """Gather them."""
        self.touched.update(model_tuples)


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


class Add(Operation):
    """Adds several fields, or several indexes."""

    def __init__(self, steps: Sequence[Operation]) -> None:
        self._steps = steps

    def state_forward(self, app_label: str, state: State) -> None:
        """Make all of them known, and then those models anew that have them."""
        gathered = _Gathered(state)
        for step in self._steps:
            step.state_forward(app_label, gathered)
        state.reload_models(gathered.touched)

    async def database_forward(
        self, app_label: str, old_state: State, new_state: State, state_editor: BaseSchemaEditor | None = None
    ) -> None:
        """Add them, in the order given."""
        for step in self._steps:
            await step.database_forward(app_label, old_state, new_state, state_editor)


def _joined(operations: Sequence[Operation]) -> Iterator[Operation]:
    for kind, some in groupby(operations, type):
        if kind is CreateModel:
            yield CreateModels([one for one in some if isinstance(one, CreateModel)])
        elif kind in (AddField, AddIndex):
            yield Add(list(some))
        else:
            yield from some
