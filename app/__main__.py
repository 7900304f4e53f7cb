"""The entry point of the command line: ``bri`` and ``python -m app``."""

import gc
import sys


def main() -> None:
    # Imports create no garbage, and looking for it would take a sixth of the time to start.
    gc.disable()
    from app.cli import app

    gc.freeze()
    gc.enable()
    try:
        app()
    except OSError as error:
        # What --help and --version print cannot be written either.
        sys.exit(f"bri: {error.strerror or error}")


if __name__ == "__main__":
    main()
