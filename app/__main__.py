"""The entry point of the command line: ``bri`` and ``python -m app``."""

import gc


def main() -> None:
    # Imports create no garbage, and looking for it would take a sixth of the time to start.
    gc.disable()
    from app.cli import app

    gc.freeze()
    gc.enable()
    app()


if __name__ == "__main__":
    main()
