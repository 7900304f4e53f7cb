"""The entry point of the command line: ``bri`` and ``python -m app``."""

import gc
import os
import sys
from io import TextIOWrapper
from pathlib import Path

INTERRUPTED = 130
"""The exit code of a program that an interrupt (Ctrl-C) has ended."""


def main() -> None:
    if sys.flags.optimize > 1 or not Path(__file__).with_suffix(".py").is_file():
        sys.exit("bri: texts of the API are read from the .py files; unpack them, and omit -OO")
    # Nothing shows local time, but Babel fails to load where the machine's time zone is invalid.
    os.environ["TZ"] = "UTC"
    try:
        # Imports create no garbage, and looking for it would take a sixth of the time to start.
        gc.disable()
        from pydantic import BaseModel

        # Most models of FastAPI and MCP are never used, and took a tenth of the time to start.
        BaseModel.model_config["defer_build"] = True
        from app.cli import app

        gc.freeze()
        gc.enable()
        for stream in (sys.stdout, sys.stderr):
            # What is printed has characters of many languages, whatever the locale is. A path that
            # the locale cannot decode is printed with the bytes that it has.
            if isinstance(stream, TextIOWrapper):
                stream.reconfigure(encoding="utf-8", errors="surrogateescape")
        app()
    except OSError as error:
        # What --help and --version print cannot be written either.
        sys.exit(f"bri: {error.strerror or error}")
    except BaseException as error:
        # Pydantic puts an interrupt while it builds a model into the text of its own error.
        if "KeyboardInterrupt" not in repr(error):
            raise
        sys.exit(INTERRUPTED)  # As Typer does while a command runs.


if __name__ == "__main__":
    main()
