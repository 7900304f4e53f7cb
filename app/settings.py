"""What an operator can set, by environment variables that start with BRI_."""

from pathlib import Path

from platformdirs import user_data_path
from pydantic import AnyHttpUrl, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

YEAR = 365 * 24 * 60 * 60


def bundled(name: str) -> Path:
    """Find a folder that travels inside the wheel, or stands beside the package in a checkout."""
    package = Path(__file__).parent
    return package / name if (package / name).is_dir() else package.parent / name


class Settings(BaseSettings):
    """The settings of one process; each can be given as BRI_<NAME>."""

    model_config = SettingsConfigDict(
        env_prefix="BRI_", frozen=True, use_attribute_docstrings=True, extra="forbid"
    )

    database: Path | None = None
    """The database file; by default a file in the user's data folder, named by the seed."""
    seed: Path = Field(default_factory=lambda: bundled("seed"))
    """The folder of seed files."""
    migrations: Path = Field(default_factory=lambda: bundled("migrations"))
    """The folder of schema revisions."""
    public_url: AnyHttpUrl | None = None
    """The address that the outside sees, for links; by default that of each request."""
    root_path: str = Field(default="", pattern=r"^(/[^/\s]+)*$")
    """The path prefix that a proxy strips before it passes a request on."""
    data_max_age: int = Field(default=300, ge=0, le=YEAR)
    """For how many seconds caches may use an answer with data."""
    pages_max_age: int = Field(default=3600, ge=0, le=YEAR)
    """For how many seconds caches may use a page or the OpenAPI document."""
    files_max_age: int = Field(default=86_400, ge=0, le=YEAR)
    """For how many seconds caches may use a file that a page loads."""
    stale_while_revalidate: int = Field(default=86_400, ge=0, le=YEAR)
    """For how many seconds after that they may use it while they ask for a newer one."""
    cache_entries: int = Field(default=4096, ge=0, le=1_000_000)
    """How many finished answers a process keeps; 0 keeps none."""
    cache_bytes: int = Field(default=32 * 1024**2, ge=0, le=64 * 1024**3)
    """How many bytes of memory they may take."""

    def database_for(self, seed_hash: str) -> Path:
        """Choose the database file: the one that is set, or one of this seed's own."""
        return self.database or user_data_path("bri-indicators") / f"{seed_hash[:16]}.sqlite"
