"""`driver.json`: what a driver is, which files it has and who wrote them, and how far it was verified."""

import json
from importlib.metadata import version
from pathlib import Path
from typing import Any, cast

from pydantic import ConfigDict, ValidationError

from ..contract.naming import driver_names
from ..contract.surface import CONTRACT_VERSION
from ..errors import InvalidArgumentError
from ..models.base import Value
from ..models.driver import Author, DriverBundle, Verification
from ..models.profile import ApiProfile, Credential

MANIFEST = "driver.json"
MAX_BYTES = 16 << 20


class ManifestFile(Value):
    """One file of the driver, as it was written."""

    model_config = ConfigDict(extra="ignore")

    sha256: str
    author: Author = "template"


class Manifest(Value):
    """The content of `driver.json`; keys that a newer driversmith may add are ignored."""

    model_config = ConfigDict(extra="ignore")

    contract_version: int
    driversmith_version: str = ""
    api_name: str
    api_url: str
    package: str
    class_name: str
    credentials: tuple[Credential, ...] = ()
    objects: dict[str, dict[str, str]] = {}
    """Object -> verb -> `METHOD /path`."""
    profile_digest: str = ""
    files: dict[str, ManifestFile]
    """POSIX path in the project folder -> what was written there."""
    verification: Verification = Verification()


def manifest(profile: ApiProfile, bundle: DriverBundle, verification: Verification) -> str:
    """The text of `driver.json`: no times, so the same driver gives the same bytes."""
    whole: dict[str, Any] = {
        "contract_version": CONTRACT_VERSION,
        "driversmith_version": version("driversmith"),
        "api_name": profile.api_name,
        "api_url": profile.base_url,
        "package": driver_names(profile.api_name).package,
        "class_name": bundle.class_name,
        "credentials": [c.model_dump() for scheme in profile.auth for c in scheme.credentials],
        "objects": {
            name: {verb: profile.operations[operation].signature for verb, operation in made.operations.items()}
            for name, made in profile.objects.items()
        },
        "profile_digest": profile.digest(),
        "files": {
            file.path: {"sha256": file.sha256, "author": file.author}
            for file in sorted(bundle.files, key=lambda file: file.path)
        },
        "verification": verification.model_dump(exclude={"objects", "layers"}),
    }
    return "{\n" + ",\n".join(f"  {json.dumps(key)}: {_two_levels(value)}" for key, value in whole.items()) + "\n}\n"


def read_manifest(project: Path) -> Manifest:
    """The manifest of the driver in a project folder. Blocks.

    Raises:
        InvalidArgumentError: the folder holds no driver that driversmith made, or one of a newer contract version.
    """
    try:
        with (project / MANIFEST).open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise _no_driver(project, f"{MANIFEST} cannot be read ({error.strerror or error})") from error
    return parse_manifest(content, project)


def parse_manifest(content: bytes, project: Path) -> Manifest:
    """The manifest of the driver in `project` that these bytes are.

    Raises:
        InvalidArgumentError: they are none, or one of a newer contract version.
    """
    path = project / MANIFEST
    try:
        loaded: object = json.loads(content) if len(content) <= MAX_BYTES else None
    except (ValueError, RecursionError) as error:
        raise _no_driver(project, f"{MANIFEST} is not JSON") from error
    if not isinstance(loaded, dict):
        raise _no_driver(project, f"{MANIFEST} is no JSON object, or far too large")
    found = cast("dict[str, Any]", loaded)
    written = found.get("contract_version")
    if isinstance(written, int) and written > CONTRACT_VERSION:
        raise InvalidArgumentError(
            f"{path} is of contract version {written}; this driversmith knows version {CONTRACT_VERSION}.",
            next_action="Use a newer driversmith, or make the driver anew.",
        )
    try:
        return Manifest.model_validate(found)
    except ValidationError as error:
        places = ", ".join(".".join(map(str, fault["loc"])) for fault in error.errors()[:5])
        raise _no_driver(project, f"{MANIFEST} is incomplete or wrong at {places}") from error


def _two_levels(value: Any) -> str:
    """JSON with one line for each entry of a list or object."""
    if isinstance(value, dict) and value:
        entries = [f"{json.dumps(k)}: {json.dumps(v)}" for k, v in cast("dict[str, Any]", value).items()]
        return "{\n    " + ",\n    ".join(entries) + "\n  }"
    if isinstance(value, list) and value:
        return "[\n    " + ",\n    ".join(json.dumps(entry) for entry in cast("list[Any]", value)) + "\n  ]"
    return json.dumps(value)


def _no_driver(project: Path, cause: str) -> InvalidArgumentError:
    return InvalidArgumentError(
        f"{project} holds no driver that driversmith made: {cause}.",
        next_action="Give the project folder of a driver, with its driver.json.",
    )
