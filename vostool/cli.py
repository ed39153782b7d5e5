"""The command line: `vostool`."""


def main() -> int:
    """Entry point."""
    return 0
