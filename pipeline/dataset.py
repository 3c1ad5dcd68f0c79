"""raw/dataset.toml: what is to be told of the data as a whole, to whoever finds them on a portal."""

import tomllib

from pydantic import Field, ValidationError

from pipeline.words import Strict

NAME = "dataset.toml"
_SLUG = r"^[a-z0-9][a-z0-9._-]*$"


class DatasetError(Exception):
    """A dataset.toml that cannot be used; the text names file, key and remedy."""


class Source(Strict):
    """Where the data come from: `path` is an address."""

    title: str = Field(min_length=1)
    path: str | None = None


class Licence(Strict):
    """`name` is that of the Open Definition or of the portal ("etalab-2.0", "ODbL-1.0"); `path` its address."""

    name: str = Field(pattern=r"^[\w.+-]+$")
    title: str | None = None
    path: str | None = None


class Contributor(Strict):
    """A person or body, and what they did ("author", "publisher", "wrangler")."""

    title: str = Field(min_length=1)
    role: str | None = None
    path: str | None = None


class Dataset(Strict):
    """All may be left out; nothing is said of a licence then."""

    name: str = Field(default="pactes", pattern=_SLUG)
    title: str = "Pactes signés avant une élection municipale"
    description: str | None = None
    version: str | None = None
    homepage: str | None = None
    keywords: tuple[str, ...] = ()
    licences: tuple[Licence, ...] = ()
    sources: tuple[Source, ...] = ()
    contributors: tuple[Contributor, ...] = ()


def parse_dataset(data: bytes, label: str) -> Dataset:
    """What the bytes of a dataset.toml say; errors call it `label`. Raises `DatasetError`."""
    try:
        return Dataset.model_validate(tomllib.loads(data.decode("utf-8-sig")))
    except UnicodeDecodeError:
        raise DatasetError(f"{label}: is not UTF-8: save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise DatasetError(f"{label}: is not TOML ({error}): correct that line") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        known = ", ".join(Dataset.model_fields)
        raise DatasetError(f"{label}: {where}: {first['msg']}: the keys are {known}") from None
