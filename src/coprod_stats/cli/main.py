"""The ``coprod`` command."""


def run() -> None:
    """Run the command line."""
