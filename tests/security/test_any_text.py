"""Whatever a description says, in whatever field: the package that is made of it is ours, with its words in quotes alone."""

import functools
import json
from typing import Any

from driversmith.engine.contract.naming import driver_names
from driversmith.engine.errors import ResearchError
from driversmith.engine.generation.manifest import manifest
from driversmith.engine.generation.template_engine import write_driver
from driversmith.engine.models.driver import Verification
from driversmith.engine.models.profile import ApiProfile
from driversmith.engine.research.documents.parse import parse_description
from driversmith.engine.research.profile import build_profile
from driversmith.engine.validation.inspection import inspect
from hypothesis import HealthCheck, Phase, given, reject, settings

from ..engine.generation.profiles import ALL
from .hostile import Parts, descriptions, letters_of, parts_of, plain_descriptions, texts_in

API = "Things"
SHORT = 4
"""Letters of what is left of escaped bytes, and of letters written in other ones."""
QUICK = settings(
    max_examples=3,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@functools.cache
def ours() -> Parts:
    """What packages are made of, whatever the API, by those of many kinds of APIs."""
    found = Parts()
    for name, make in ALL.items():
        if name != "hostile":
            profile = make()
            found |= parts_of(files_of(profile), profile.api_name)
    for document in plain_descriptions():
        found |= parts_of(files_of(profile_of(document)), API)
    return found


def files_of(profile: ApiProfile) -> dict[str, str]:
    bundle = write_driver(profile)
    files = {file.path: file.text for file in bundle.files}
    return {**files, "driver.json": manifest(profile, bundle, Verification())}


def profile_of(document: dict[str, Any]) -> ApiProfile:
    """The profile of a description; what no profile can be made of is no example."""
    try:
        description = parse_description(json.dumps(document).encode(), location="x.json", max_bytes=1 << 20)
        return build_profile(description, api_name=API, base_url="https://things.example")
    except ResearchError:
        reject()


def _is_made_of(word: str, theirs: str) -> bool:
    """Whether a word is theirs, or put together from theirs and ours, as names of types are."""
    if word in theirs or word in ours().words:
        return True
    ends = (end for end in range(1, len(word)) if word[:end] in theirs or word[:end] in ours().words)
    return any(_is_made_of(word[end:], theirs) for end in ends)


@given(descriptions())
@QUICK
def test_a_package_of_any_words_is_ours_and_passes(document: dict[str, Any]) -> None:
    check(document)


def check(document: dict[str, Any]) -> dict[str, str]:
    """The files of the package for a description, which hold nothing of it but in quotes, and pass all rules."""
    profile = profile_of(document)
    files = files_of(profile)
    made = parts_of(files, API)
    assert made.beyond(ours()) == {}
    names = driver_names(API)
    theirs = letters_of("".join([*texts_in(document), names.package, names.class_name, names.env_prefix]))
    strange = {word for word in made.words - ours().words if not _is_made_of(letters_of(word), theirs)}
    assert {word for word in strange if len(word) > SHORT} == set()
    assert [(f.code, f.file, f.line, f.message) for f in inspect(files, whole=True, profile=profile)] == []
    return files
