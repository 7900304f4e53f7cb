"""Tests, one package for each package of `app`, and the tools that renew recorded files."""

import os
import sys
from pathlib import Path

if sys.dont_write_bytecode and "pytest" in sys.modules:
    # Whoever sets PYTHONDONTWRITEBYTECODE wants no caches next to the modules. A run starts a
    # hundred processes, each of which would compile a thousand modules, so the cache of pytest
    # keeps the compiled ones. Processes started later take this from the environment.
    sys.pycache_prefix = str(Path(__file__).parents[1] / ".pytest_cache" / "bytecode")
    sys.dont_write_bytecode = False
    os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
