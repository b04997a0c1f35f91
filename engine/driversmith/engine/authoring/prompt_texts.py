"""The texts of prompts: files under `prompts/`, with `$name` where something is filled in."""

from functools import cache
from importlib import resources
from string import Template

_FOLDER = resources.files(__name__.rpartition(".")[0]) / "prompts"


def prompt_text(name: str, **values: str) -> str:
    """The prompt of this name, filled in with what its text asks for of `values`.

    Raises:
        KeyError: something that its text asks for is not given.
    """
    return _template(name).substitute(values).strip()


@cache
def _template(name: str) -> Template:
    return Template((_FOLDER / f"{name}.md").read_text(encoding="utf-8"))
