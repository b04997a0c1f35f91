"""What the model of `driversmith demo --heal` answers: a play with deliberate faults, in place of a language model.

It sees what a model would see, and nothing else: the right files are the template's, which stand in the requests, with
methods in the register's own words; the faulty clients are edits of the right one.
"""

from importlib.resources import files

from driversmith.engine.llm.request import ModelRequest
from driversmith.engine.llm.scripted import Line, TransportTrouble

OVERLOADED = 3
"""How often in a row the scripted endpoint answers 529."""
NO_LINE = "This is no part of the play."
"""Of no use as an answer, so that the layers go on without one."""
_ADJUSTED = "From looking into why earlier attempts failed"
"""What stands in front of a diagnosis' words in a request."""


class HealingPlay:
    """A script for ScriptedModel (llm.scripted_model).

    The first client lists its objects as dicts. Before it is mended the endpoint is overloaded; the mended client reads
    one page and no more, and stays so until a diagnosis' words about pages stand in the request. All else is right.
    """

    def __init__(self) -> None:
        self._overloaded = OVERLOADED

    def __call__(self, request: ModelRequest) -> Line:
        """The next line.

        Raises:
            ValueError: the templates have become others than those that the play was written for.
        """
        path = request.task.path or ""
        if request.role == "research":
            return '{"corrections": []}'
        if request.role not in {"generate", "repair"} or request.task.mode != "full":
            return NO_LINE
        if path == "README.md":
            return _edited(
                _template_of(request, path), "## Credentials\n", _text("readme_section.txt") + "## Credentials\n"
            )
        return self._client(request) if path.endswith("/client.py") else _template_of(request, path)

    def _client(self, request: ModelRequest) -> Line:
        right = _right_client(request)
        if _is_told_of_pages(request):
            return right
        if request.role == "generate" and request.task.try_number == 1:
            return _with_dicts(right)
        if self._overloaded:
            self._overloaded -= 1
            return TransportTrouble(fault="overloaded")
        return _with_one_page(right)


def _is_told_of_pages(request: ModelRequest) -> bool:
    _, _, words = request.instruction.partition(_ADJUSTED)
    return "page" in words


def _right_client(request: ModelRequest) -> str:
    """The template's client, which the prefix shows, with methods in the API's own language."""
    _, _, shown = request.prefix[-1].text.partition("```python\n")
    template = shown.rpartition("```")[0]
    transport = "from ._transport import Transport\n"
    return _edited(template, transport, f"{transport}from .types import Record\n") + _text("client_methods.txt")


def _with_dicts(client: str) -> str:
    return client + _text("lists_dicts.txt")


def _with_one_page(client: str) -> str:
    return client + _text("reads_one_page.txt")


def _template_of(request: ModelRequest, path: str) -> str:
    """The template's file, which the request goes back to."""
    for reference in request.references:
        if (reference.kind, reference.path) == ("template", path):
            return reference.text
    raise ValueError(f"the request shows no template for {path}")


def _edited(text: str, old: str, new: str) -> str:
    if text.count(old) != 1:
        raise ValueError(f"{old!r} stands {text.count(old)} times in the template's file")
    return text.replace(old, new)


def _text(name: str) -> str:
    return files("driversmith.server.demo").joinpath("data", name).read_text(encoding="utf-8")
