"""A command group that imports a command's module only when the command is called (or listed in the help)."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any, ClassVar

import typer
from typer.core import TyperGroup
from typer.main import get_command


class LazyGroup(TyperGroup):
    """Commands by name; each module holds a Typer app named `app`."""

    modules: ClassVar[Mapping[str, str]] = {}
    unlisted: ClassVar[frozenset[str]] = frozenset()

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002
        return [name for name in self.modules if name not in self.unlisted]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        if cmd_name not in self.modules:
            return None
        if cmd_name not in self.commands:
            app: typer.Typer = import_module(self.modules[cmd_name]).app
            command = get_command(app)
            command.name = cmd_name
            self.commands[cmd_name] = command
        return self.commands[cmd_name]

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Load every listed command before a typo is answered, so that the suggestion knows them all."""
        if args and args[0] not in self.modules and not args[0].startswith("-"):
            for name in self.list_commands(ctx):
                self.get_command(ctx, name)
        return super().resolve_command(ctx, args)
