"""The commands for those who tune and check the numbers."""

import typer

app = typer.Typer()
