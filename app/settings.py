"""What an operator can set, by environment variables that start with BRI_."""

from pathlib import Path

from platformdirs import user_data_path
from pydantic import AnyHttpUrl, Field
from pydantic_settings import BaseSettings, SettingsConfigDict


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

    def database_for(self, seed_hash: str) -> Path:
        """Choose the database file: the one that is set, or one of this seed's own."""
        return self.database or user_data_path("bri-indicators") / f"{seed_hash[:16]}.sqlite"
