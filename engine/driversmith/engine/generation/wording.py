"""The words of prompts: text files under `prompts/`, with `$name` where something is filled in."""

from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from string import Template

_FOLDER = "prompts"


def wording(name: str, **values: str) -> str:
    """The prompt of this name, filled in.

    Raises:
        KeyError: a value that its text asks for is not given.
    """
    return _template(name).substitute(values).strip()


def wording_names() -> list[str]:
    """The names of all prompts."""
    return sorted(f.name.removesuffix(".md") for f in _folder().iterdir() if f.name.endswith(".md"))


def wanted_values(name: str) -> set[str]:
    """What the text of a prompt asks for."""
    return set(_template(name).get_identifiers())


@cache
def _template(name: str) -> Template:
    return Template((_folder() / f"{name}.md").read_text(encoding="utf-8"))


def _folder() -> Traversable:
    return resources.files(__name__.rpartition(".")[0]) / _FOLDER
