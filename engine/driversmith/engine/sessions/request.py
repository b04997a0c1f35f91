"""From what a caller typed to a resolved request, its key, and the folder it will write."""

import hashlib
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, get_args
from urllib.parse import urlsplit

from pydantic import ValidationError

from ..contract.naming import driver_names
from ..drivers.publish import MANIFEST, check_writable
from ..errors import InvalidArgumentError
from ..models.session import EngineName, GenerateRequest, LiveMode
from ..network.url_keys import keys_in, mask_urls
from ..settings import Settings

if TYPE_CHECKING:
    from ..research.catalogue.entries import Candidate

DESCRIPTION_SUFFIXES = (
    ".json",
    ".yaml",
    ".yml",
    ".har",
    ".sh",
    ".curl",
    ".xml",
    ".edmx",
    ".graphql",
    ".graphqls",
    ".gql",
)
MAX_URL = 4096
MOST_CANDIDATES = 25
"""APIs of one name that are listed."""


def resolve_request(
    *,
    api_name: str,
    api_url: str | None = None,
    settings: Settings,
    default_output_dir: Path,
    spec: str | None = None,
    server: str | None = None,
    auth: str | None = None,
    output_dir: str | None = None,
    engine: str = "auto",
    objects: Sequence[str] | None = None,
    stop_after: str | None = None,
    max_supervisor_attempts: int = 3,
    max_retries: int = 3,
    budget_usd: float | None = None,
    time_limit_seconds: float = 600,
    live: str | bool = "auto",
    fresh: bool = False,
    allow_local: Sequence[str] = (),
    restricted: bool = False,
) -> GenerateRequest:
    """The request with paths absolute, defaults filled in and lists sorted. Without `api_url` it is the one that the catalogue of
    public APIs has for `api_name`, else `spec`, where that is a URL.

    `restricted` confines `spec` paths and `output_dir` to `settings.read_roots`, as over HTTP.

    Raises:
        InvalidArgumentError: an argument cannot be used; the message names it and says what to give instead. Code `choose_api`:
            the catalogue knows several APIs of that name.
        OutputError: nothing can be written to `output_dir`, and something is to be.
    """
    driver_names(api_name)
    if api_url is None and spec is not None and _is_url(spec) and not _known_as(api_name, settings):
        api_url, spec = spec, None  # it names its servers
    roots = settings.read_roots if restricted else None
    values = {
        "api_name": api_name.strip(),
        "api_url": _url(api_url, "api_url") if api_url is not None else _known_url(api_name, settings),
        "spec": None if spec is None else _spec(spec, roots),
        "server": None if server is None else _url(server, "server"),
        "auth": auth,
        "output_dir": str(_folder(output_dir, default_output_dir, roots)),
        "engine": _choice(engine, "engine", get_args(EngineName)),
        "objects": _objects(objects),
        "stop_after": _choice(stop_after or "none", "stop_after", ("research", "none")),
        "max_supervisor_attempts": max_supervisor_attempts,
        "max_retries": max_retries,
        "budget_usd": budget_usd,
        "time_limit_seconds": time_limit_seconds,
        "live": _choice(str(live).lower() if isinstance(live, bool) else live, "live", get_args(LiveMode)),
        "fresh": fresh,
        "allow_local": tuple(sorted(set(allow_local))),
    }
    if budget_usd is not None and not 0 <= budget_usd < float("inf"):
        raise InvalidArgumentError(f"budget_usd is {budget_usd}.", next_action="Give an amount of dollars, 0 or more.")
    for name in ("max_supervisor_attempts", "max_retries", "budget_usd", "time_limit_seconds"):
        if isinstance(values[name], bool):
            raise InvalidArgumentError(f"{name} is {values[name]}.", next_action=f"Give {name} as a number.")
    try:
        request = GenerateRequest.model_validate(values)
    except ValidationError as error:
        fault = error.errors()[0]
        name = ".".join(map(str, fault["loc"]))
        raise InvalidArgumentError(
            f"{name} is {fault['input']!r}: {fault['msg'].lower()}.", next_action=f"Give another {name}."
        ) from None
    _check_output(request)
    return request


def session_key(request: GenerateRequest) -> str:
    """sha256 over the sorted resolved arguments; `fresh` says how to attach, not what to make, and is left out, as
    is what earlier versions did not know and nobody gave."""
    arguments = request.model_dump(mode="json", exclude={"fresh"})
    for name in ("server", "auth"):
        if arguments[name] is None:
            del arguments[name]
    return hashlib.sha256(json.dumps(arguments, sort_keys=True).encode()).hexdigest()


def project_path(request: GenerateRequest) -> Path:
    """The project folder that a request writes."""
    return Path(request.output_dir) / driver_names(request.api_name).package


def _check_output(request: GenerateRequest) -> None:
    """Refuse now what could not be published in the end. A driver that lies there may be all that is asked for."""
    project = project_path(request)
    if request.stop_after == "none" and not os.path.exists(project / MANIFEST):  # noqa: PTH110  Path.exists raises where a folder cannot be searched
        check_writable(project)


def _known_url(api_name: str, settings: Settings) -> str:
    """The URL of an API of which only the name is given."""
    found = _known_as(api_name, settings)
    if not found:
        raise InvalidArgumentError(
            f"The catalogue of public APIs knows no API called {api_name.strip()!r}, and api_url is not given.",
            next_action='Give api_url as a whole URL, for example "https://api.example.com", also beside a file as spec.',
        )
    if len(found) > 1:
        named = "\n".join(f"- {candidate.told}" for candidate in found[:MOST_CANDIDATES])
        more = f"\n- and {len(found) - MOST_CANDIDATES} more" if len(found) > MOST_CANDIDATES else ""
        raise InvalidArgumentError(
            f"The catalogue of public APIs knows {len(found)} APIs called {api_name.strip()!r}:\n{named}{more}",
            code="choose_api",
            next_action="Give the URL of one of them as api_url.",
        )
    return _url(found[0].api_url, "api_url")


def known_urls(api_name: str, settings: Settings) -> dict[str, str]:
    """The URLs of the APIs that the catalogue knows by a name, each with what it is."""
    return {candidate.api_url: candidate.told for candidate in _known_as(api_name, settings)[:MOST_CANDIDATES]}


def _known_as(api_name: str, settings: Settings) -> "list[Candidate]":
    from ..research.catalogue.file import load_catalogue

    return load_catalogue(settings.catalogue_file).by_name(api_name)


def _url(text: str, name: str) -> str:
    url = text.strip()
    example = f'Give {name} as a whole URL, for example "https://api.example.com".'
    if not url:
        raise InvalidArgumentError(f"{name} is empty.", next_action=example)
    if len(url) > MAX_URL or any(c.isspace() or not c.isprintable() for c in url):
        raise InvalidArgumentError(f"{name} is too long or holds spaces or control characters.", next_action=example)
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise InvalidArgumentError(
            f"{name} {mask_urls(url)!r} is not a URL ({type(error).__name__}).", next_action=example
        ) from None
    if parts.username is not None or parts.password is not None:
        raise InvalidArgumentError(
            f"{name} holds a user name or password.",
            next_action="Leave it out of the URL, and store it with `driversmith credentials set ORIGIN`.",
        )
    if held := keys_in(url):
        where = f"{parts.scheme}://{parts.netloc}"
        raise InvalidArgumentError(
            f"{name} holds a key ({', '.join(held[:3])}) among its parameters; keys in URLs are neither used nor kept.",
            next_action=f"Leave it out of the URL, and store it once on the machine where driversmith runs:"
            f" `driversmith credentials set {where} query.{held[0]}` asks for its value.",
        )
    if parts.scheme.lower() not in {"http", "https"} or not host:
        raise InvalidArgumentError(
            f"{name} {mask_urls(url)!r} is not an http or https URL with a host.", next_action=example
        )
    return url


def _is_url(text: str) -> bool:
    return text.strip().lower().startswith(("http://", "https://"))


def _spec(text: str, roots: Sequence[Path] | None) -> str:
    spec = text.strip()
    if _is_url(spec):
        return _url(spec, "spec")
    path = _absolute(spec, "spec", "Give spec as an http(s) URL or as the absolute path of a file.")
    if path.suffix.lower() not in DESCRIPTION_SUFFIXES:
        raise InvalidArgumentError(
            f"spec {str(path)!r} does not end in {', '.join(DESCRIPTION_SUFFIXES)}.",
            next_action="Give the path of an OpenAPI or Swagger description.",
        )
    _confined(path, "spec", roots)
    try:
        usable = path.is_file()
    except OSError:
        usable = False
    if not usable:
        raise InvalidArgumentError(
            f"spec {str(path)!r} is not a file.", next_action="Give the path of a description that exists, or its URL."
        )
    return str(path)


def _folder(text: str | None, default: Path, roots: Sequence[Path] | None) -> Path:
    advice = f"Give output_dir as an absolute path, for example {str(Path.home() / 'drivers')!r}, or leave it out."
    path = _absolute(str(default) if text is None else text, "output_dir", advice)
    _confined(path, "output_dir", roots)
    try:
        in_the_way = path.exists() and not path.is_dir()
    except OSError as error:
        raise InvalidArgumentError(
            f"output_dir {str(path)!r} cannot be used ({error.strerror}).", next_action=advice
        ) from None
    if in_the_way:
        raise InvalidArgumentError(f"output_dir {str(path)!r} is a file.", next_action="Give a folder.")
    return path


def _absolute(text: str, name: str, advice: str) -> Path:
    if not text.strip() or "\0" in text:
        raise InvalidArgumentError(f"{name} is empty or holds a NUL.", next_action=advice)
    path = Path(text)
    if not path.is_absolute():
        raise InvalidArgumentError(f"{name} {mask_urls(text)!r} is not an absolute path.", next_action=advice)
    try:
        return Path(os.path.realpath(path))
    except OSError as error:
        raise InvalidArgumentError(f"{name} {text!r} cannot be used ({error.strerror}).", next_action=advice) from None


def _confined(path: Path, name: str, roots: Sequence[Path] | None) -> None:
    if roots is None or any(path.is_relative_to(os.path.realpath(root)) for root in roots):
        return
    allowed = ", ".join(str(root) for root in roots) or "none is"
    raise InvalidArgumentError(
        f"{name} {str(path)!r} lies outside the folders that this server may use ({allowed} configured).",
        next_action="Give a path inside them, or have DRIVERSMITH_READ_ROOTS extended where the server runs.",
    )


def _choice(value: str, name: str, known: Sequence[str]) -> str:
    if value not in known:
        raise InvalidArgumentError(f"{name} is {value!r}.", next_action=f"Give one of {', '.join(known)}.")
    return value


def _objects(objects: Sequence[str] | None) -> tuple[str, ...] | None:
    if objects is None:
        return None
    names = tuple(sorted({name.strip() for name in objects}))
    if not names or "" in names:
        raise InvalidArgumentError(
            "objects is empty or holds an empty name.", next_action="Name the objects to take, or leave objects out."
        )
    return names
