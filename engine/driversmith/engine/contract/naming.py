"""Names that follow from an API's name (DESIGN section 4): project, package, class, environment variables."""

import keyword
import re
from dataclasses import dataclass

from ..errors import InvalidArgumentError

MAX_API_NAME = 80
METHOD_ARGUMENTS = frozenset({"object_name", "limit", "batch_size", "data", "record_id", "operation", "body", "self"})
"""Names that the driver's own methods take."""
RESERVED_ARGUMENTS = METHOD_ARGUMENTS | frozenset(keyword.kwlist)
"""Names that no parameter of an API can have as its argument."""


@dataclass(frozen=True)
class DriverNames:
    """For "Open-Meteo": package `open_meteo_driver`, class `OpenMeteoDriver`, prefix `OPEN_METEO`."""

    package: str
    class_name: str
    env_prefix: str

    def env(self, argument: str) -> str:
        """The environment variable of a constructor argument: `OPEN_METEO_API_KEY`."""
        return f"{self.env_prefix}_{argument.upper()}"


def driver_names(api_name: str) -> DriverNames:
    """Names of the driver for an API, split on non-alphanumerics only: "GitHub" -> `github_driver`, `GitHubDriver`.

    Raises:
        InvalidArgumentError: the name is empty, too long, not ASCII, holds path separators, quotes or control
            characters, or gives no Python identifier.
    """
    name = api_name.strip()
    if not name:
        raise InvalidArgumentError(
            "api_name is empty.", next_action='Give the name of the API, for example "Open-Meteo".'
        )
    if len(name) > MAX_API_NAME:
        raise InvalidArgumentError(
            f"api_name has {len(name)} characters; at most {MAX_API_NAME} are allowed.", next_action="Shorten it."
        )
    if not name.isascii():
        raise InvalidArgumentError(
            f"api_name {name!r} has letters outside ASCII, which would be dropped from package and class names.",
            next_action="Spell it in ASCII letters, digits, spaces, dots and dashes.",
        )
    if bad := sorted(set(re.findall(r"[^A-Za-z0-9 ._+&()-]", name))):
        raise InvalidArgumentError(
            f"api_name {name!r} holds {' '.join(map(repr, bad))}.",
            next_action="Use letters, digits, spaces, dots and dashes only.",
        )
    words = [w for w in re.split(r"[^A-Za-z0-9]+", name) if w]
    if not words:
        raise InvalidArgumentError(
            f"api_name {name!r} has no letter or digit.", next_action="Give the name of the API."
        )
    stem = "_".join(w.lower() for w in words)
    class_stem = "".join(w[0].upper() + w[1:] for w in words)
    if stem[0].isdigit():
        stem, class_stem = f"api_{stem}", f"Api{class_stem}"
    return DriverNames(package=f"{stem}_driver", class_name=f"{class_stem}Driver", env_prefix=stem.upper())


def is_usable_identifier(name: str) -> bool:
    """Whether `name` can stand as an argument or variable in generated code."""
    return name.isidentifier() and name.isascii() and not keyword.iskeyword(name) and not name.startswith("__")
