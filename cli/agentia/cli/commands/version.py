"""`agentia version`: what is installed here."""

import platform
from importlib.metadata import version as installed

import typer

app = typer.Typer(add_completion=False)


@app.command()
def version() -> None:
    """Show what is installed."""
    typer.echo(f"agentia {installed('agentia')} (Python {platform.python_version()}, a2a-sdk {installed('a2a-sdk')})")
