"""The template engine: from an ApiProfile a whole driver, without any model, the same bytes for the same profile."""

import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ..contract.naming import DriverNames, driver_names, is_usable_identifier
from ..contract.surface import EXCEPTIONS, TWIN_PREFIX
from ..errors import GenerationError, InvalidArgumentError
from ..models.driver import DriverBundle, DriverFile
from ..models.profile import ApiProfile
from ..testing import serving
from ..validation.limits import MAX_FILE_BYTES, MAX_PROFILE_BYTES
from . import markup, source
from .driver_tests import unittest_values
from .fake import blank_lines, fake_values
from .features import features
from .overloads import overload_values
from .parameters import parameter_table
from .readme import readme_values
from .record_types import (
    has_literals,
    is_typed,
    json_types,
    object_names,
    record_table,
    record_types,
    says_nothing,
    silent_table,
    typing_names,
)
from .sample import Sample, class_example, sample
from .skill import skill_values
from .tables import (
    api_tables,
    environment,
    field_table,
    form_of_records,
    has_one_key,
    key_values,
    limit_values,
    token_url,
)

if TYPE_CHECKING:
    from jinja2 import Environment

RESERVED_ARGUMENTS = frozenset(
    {"self", "cls", "base_url", "token_url", "headers", "timeout", "max_retries", "transport"}
)
_VERBS = {"read": {"read", "read_one"}, "create": {"create"}, "update": {"update"}, "delete": {"delete"}}


def write_driver(profile: ApiProfile) -> DriverBundle:
    """All files of the driver for a profile, except `driver.json`.

    Raises:
        GenerationError: the profile has nothing to call, or too much for one driver; or a name in it cannot be a Python
            argument.
    """
    names = _names(profile)
    _check(profile)
    found = sample(profile)
    values = _values(profile, names, found)
    files = {path: _render(template, values) for template, path in _templates(profile, names.package).items()}
    pages = f"{names.package}/_pages.py"
    files[pages] = blank_lines(files[pages])
    files["profile.json"] = profile.to_json()
    files[f"{names.package}/py.typed"] = ""
    _check_sizes(files, profile)
    return DriverBundle(
        project=names.package,
        class_name=names.class_name,
        files=tuple(DriverFile(path=path, text=text) for path, text in sorted(files.items())),
    )


def _names(profile: ApiProfile) -> DriverNames:
    try:
        return driver_names(profile.api_name)
    except InvalidArgumentError as error:
        raise GenerationError(error.message, next_action=error.next_action) from error


def _check(profile: ApiProfile) -> None:
    if not profile.operations:
        raise GenerationError(
            "The description has no operation that a driver could call.",
            code="no_operations",
            next_action="Look at the skipped operations and their reasons, or give another description.",
        )
    for credential in (c for a in profile.auth for c in a.credentials):
        if not is_usable_identifier(credential.argument) or credential.argument in RESERVED_ARGUMENTS:
            raise GenerationError(f"A credential cannot be the driver's argument {credential.argument!r}.")
    if astray := [o.name for o in profile.operations.values() if o.path[:1] != "/"]:
        raise GenerationError(f"The path of {astray[0]} does not begin with a slash: it would lead to another host.")
    unknown = {n for o in profile.objects.values() for n in o.operations.values()} - profile.operations.keys()
    if unknown:
        raise GenerationError(f"Objects name operations that the profile has not: {', '.join(sorted(unknown))}.")


def _check_sizes(files: Mapping[str, str], profile: ApiProfile) -> None:
    """Refuse what could not be checked: a driver that nobody may see."""
    for path, text in files.items():
        most = MAX_PROFILE_BYTES if path == "profile.json" else MAX_FILE_BYTES
        if len(text) > most // 4 and len(text.encode()) > most:
            first = list(profile.objects)[:2]
            raise GenerationError(
                f"The {len(profile.operations)} operations and {len(profile.objects)} objects of this API are too many"
                f" for one driver: {path} would be larger than {most >> 20} MiB.",
                next_action=f"Name the objects that you need, for example objects={json.dumps(first)}.",
            )


def _templates(profile: ApiProfile, package: str) -> dict[str, str]:
    modules = [
        "__main__",
        "client",
        "async_client",
        "exceptions",
        "types",
        "_api",
        "_async",
        "_base",
        "_overloads",
        "_pages",
        "_parameters",
        "_records",
        "_request",
        "_transport",
        "testing",
    ]
    if any(form_of_records(profile, o) for o in profile.objects.values()):
        modules.append("_rows")
    if not is_typed(profile):
        modules.append("_fields")
    auth = {"_key.py.j2" if has_one_key(profile) else "_auth.py.j2": f"{package}/_auth.py"} if profile.auth else {}
    return {
        "pyproject.toml.j2": "pyproject.toml",
        "README.md.j2": "README.md",
        "SKILL.md.j2": "SKILL.md",
        "init.py.j2": f"{package}/__init__.py",
        **{f"{module}.py.j2": f"{package}/{module}.py" for module in modules},
        **auth,
        "list_objects.py.j2": "examples/list_objects.py",
        "read_records.py.j2": "examples/read_records.py",
        "test_client.py.j2": "tests/test_client.py",
    }


def _values(profile: ApiProfile, names: DriverNames, found: Sample) -> dict[str, Any]:
    flags, records = features(profile), record_types(profile)
    objects = profile.objects.values()
    credentials = list(dict.fromkeys(c.argument for a in profile.auth for c in a.credentials))
    given = source.Construct("Credentials", ({c: source.Raw(c) for c in credentials},))
    if has_one_key(profile):
        given = source.Construct("Credentials", (source.Raw(credentials[0]),))
    elif token_url(profile) is not None:
        given = source.Construct("Credentials", (*given.args, source.Raw("token_url")))
    variables = environment(profile, names)
    call = found.read(limit=10) if found.object_name else found.call()
    return {
        **flags,
        **fake_values(profile, flags),
        **api_tables(profile, names),
        **readme_values(profile, names, found),
        **skill_values(profile, names, found),
        **unittest_values(profile, names.class_name, found),
        **limit_values(profile),
        "names": names,
        "package": names.package,
        "class_name": names.class_name,
        "api_name": profile.api_name,
        "summary": f"Driver for {profile.title or profile.api_name}.",
        "base_url": profile.base_url,
        "base_path": urlsplit(profile.base_url).path.rstrip("/"),
        "source": f"{profile.source.location} ({profile.source.format})",
        "token_url": token_url(profile),
        "credentials": credentials,
        **(key_values(profile) if has_one_key(profile) else {}),
        "given_credentials": source.literal(given, indent=8, column=22),
        "verbs": [(verb, any(o.operations.keys() & names for o in objects)) for verb, names in _VERBS.items()],
        "auth_kinds": sorted({a.kind for a in profile.auth}),
        "max_page_size": max((o.pagination.max_size or 0 for o in objects), default=0) or None,
        "variables": source.wrapped(f"`from_env` reads {', '.join(variables.values())}.", 4),
        "exports": exports(names),
        "fields": "" if is_typed(profile) else field_table(profile),
        "parameter_table": parameter_table(profile),
        **overload_values(profile, names),
        "records": records,
        "has_literals": has_literals(records),
        "has_nested": len(records) > sum(bool(o.fields) for o in objects),
        "silent_table": silent_table(profile),
        "all_silent": all(says_nothing(o.fields) for o in objects),
        "record_table": record_table(profile),
        "json_types": json_types(profile),
        "typing_names": typing_names(profile, records),
        "object_names": object_names(profile),
        "sample_object": found.object_name,
        "class_example": class_example(names, found),
        "async_example": class_example(names, found, awaited=True),
        "example_call": source.literal(call, indent=8, column=22, trailing=1),
    }


def exports(names: DriverNames) -> str:
    """`__all__` of the package."""
    public = [e.name for e in EXCEPTIONS] + [
        names.class_name,
        f"{TWIN_PREFIX}{names.class_name}",
        "ApiResponse",
        "DriverCapabilities",
        "Name",
        "ObjectName",
    ]
    return source.assignment("__all__", sorted(public))


def _render(template: str, values: dict[str, Any]) -> str:
    text = _environment().get_template(template).render(values)
    return text.rstrip("\n") + "\n"


@cache
def _environment() -> "Environment":
    from jinja2 import DictLoader, Environment, StrictUndefined

    folder = resources.files(__name__.rpartition(".")[0]) / "templates"
    templates = {f.name: f.read_text(encoding="utf-8") for f in folder.iterdir() if f.name.endswith(".j2")}
    pages = resources.files(serving.__name__).joinpath("pages.py").read_text(encoding="utf-8")
    templates["_pages.py.j2"] = pages.replace("from .collection import", "from ._api import")
    environment = Environment(
        loader=DictLoader(templates),
        line_statement_prefix="#:",
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - these are Python, Markdown and TOML; each has its own filter
    )
    environment.globals["import_names"] = source.import_names  # pyright: ignore[reportArgumentType] - its type names only its own
    environment.filters.update(
        py=source.literal, doc=source.prose, md=markup.markdown, code=markup.code, toml=markup.toml
    )
    return environment
