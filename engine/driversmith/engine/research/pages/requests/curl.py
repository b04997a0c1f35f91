"""A curl command as documentation shows it."""

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_DATA = frozenset(
    [
        "-d",
        "--data",
        "--data-raw",
        "--data-binary",
        "--data-urlencode",
        "--data-ascii",
        "--json",
        "-F",
        "--form",
        "--form-string",
        "-T",
        "--upload-file",
    ]
)
_WITH_VALUE = _DATA | {
    "-H",
    "--header",
    "-o",
    "--output",
    "-A",
    "--user-agent",
    "-u",
    "--user",
    "-b",
    "--cookie",
    "-e",
    "--referer",
    "-m",
    "--max-time",
    "-w",
    "-c",
    "-X",
    "--request",
    "--url",
}
_URL = re.compile(r"https?://|/|[\w-]+(\.[\w-]+)+(/|$|\?|:)|\$\{?\w+\}?/")
_METHOD = re.compile(r"GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS")


@dataclass(frozen=True)
class Curl:
    """What a command sends."""

    url: str
    method: str
    data: tuple[str, ...] = ()
    """What goes in the body."""
    headers: tuple[str, ...] = ()
    """`Name: value`, as written."""


def read_curl(command: str) -> Curl | None:
    """The request of a command on one line; None where it names no URL."""
    try:
        words = shlex.split(command, posix=True)
    except ValueError:
        words = command.replace('"', " ").replace("'", " ").split()
    method, url, as_query = "", "", False
    data: list[str] = []
    headers: list[str] = []
    for option, value in _options(words[1:]):
        if option in ("-X", "--request"):
            method = value.upper()
        elif option in ("-G", "--get"):
            as_query = True
        elif option in ("-I", "--head"):
            method = "HEAD"
        elif option in _DATA:
            data.append(value)
        elif option in ("-H", "--header"):
            headers.append(value)
        elif option in ("-u", "--user"):
            headers.append("Authorization: Basic")
        elif option in ("", "--url") and not url and _URL.match(value):
            url = value
    if not url:
        return None
    if data and as_query:
        url += ("&" if "?" in url else "?") + "&".join(data)
        data = []
    if not _METHOD.fullmatch(method):
        method = "POST" if data else "GET"
    return Curl(re.sub(r"^\$\{?\w+\}?(?=/)", "", url), method, tuple(data), tuple(headers))


def _options(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Each option with its value; what is no option has the name ``""``."""
    rest = iter(words)
    for word in rest:
        name, equals, attached = word.partition("=") if word.startswith("--") else (word[:2], word[2:], word[2:])
        if word in _WITH_VALUE:
            yield word, next(rest, "")
        elif equals and name in _WITH_VALUE:
            yield name, attached
        elif word.startswith("-"):
            yield word, ""
        else:
            yield "", word
