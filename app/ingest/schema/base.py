"""What every seed file holds."""

from typing import ClassVar

from app.ingest.schema.fields import BilingualTitle, Position, StrictModel


class Entity(StrictModel):
    """The content of one seed file."""

    collection: ClassVar[str]
    """The folder under seed/ that holds these files."""

    def natural_key(self) -> str | None:
        """Give the key that the fields spell, or none where the file's name alone is the key."""
        return None


class CodeListEntity(Entity):
    """An entry of a code list."""

    position: Position
    """Its place in lists."""
    name: BilingualTitle
    """Its name."""
