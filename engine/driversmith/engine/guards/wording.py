"""The words of prompts: a room's text files under `prompts/`, with `$name` where something is filled in."""

from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from string import Template


class Wording:
    """The prompts of one room; `package` is its full name."""

    def __init__(self, package: str) -> None:
        self._package = package

    def __call__(self, name: str, **values: str) -> str:
        """The prompt of this name, filled in with what its text asks for of `values`.

        Raises:
            KeyError: something that its text asks for is not given.
        """
        return _template(self._package, name).substitute(values).strip()

    def names(self) -> list[str]:
        """The names of all prompts."""
        return sorted(f.name.removesuffix(".md") for f in _folder(self._package).iterdir() if f.name.endswith(".md"))

    def wanted(self, name: str) -> set[str]:
        """What the text of a prompt asks for."""
        return set(_template(self._package, name).get_identifiers())


@cache
def _template(package: str, name: str) -> Template:
    return Template((_folder(package) / f"{name}.md").read_text(encoding="utf-8"))


def _folder(package: str) -> Traversable:
    return resources.files(package) / "prompts"
