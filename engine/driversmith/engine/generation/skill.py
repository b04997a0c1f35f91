"""What SKILL.md of a driver tells an agent that works on a command line."""

import json
import re
import shlex
from typing import Any

from ..contract.naming import DriverNames
from ..models.profile import ApiProfile
from .markup import one_line
from .parameters import required
from .sample import Sample
from .source import shorten

MAX_OBJECTS = 40
"""With more objects than these the skill says how to search them."""
_NAME_LENGTH = 64
"""Of a skill, by the format."""


def skill_values(profile: ApiProfile, names: DriverNames, found: Sample) -> dict[str, Any]:
    """Variables of the template."""
    demanded = required(profile)
    return {
        "skill_name": _name(names.package),
        "skill_description": _description(profile),
        "skill_read": _read(found),
        "skill_objects": demanded if len(demanded) <= MAX_OBJECTS else {},
        "object_count": len(demanded),
    }


def _name(package: str) -> str:
    """The package's name in the letters that a skill's may have."""
    return re.sub(r"[^a-z0-9]+", "-", package.lower())[:_NAME_LENGTH].strip("-") or "driver"


def _description(profile: ApiProfile) -> str:
    some = ", ".join(list(profile.objects)[:8])
    told = f"Reads data of {profile.api_name}" + (f" ({some})" if some else "")
    words = f"{told} and calls its operations, on the command line or from Python. Use it for whatever needs this API."
    return re.sub("[<>]", "", shorten(words, 900) if len(words) > 900 else words)


def _read(found: Sample) -> str:
    """The object and parameters of an example of `read`, as a shell takes them."""
    if found.object_name is None:
        return "OBJECT"
    words = [shlex.quote(one_line(found.object_name))]
    for name, value in found.arguments.items():
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        words += ["--param", shlex.quote(one_line(f"{name}={text}"))]
    return " ".join(words)
