"""An API of the bench as a session sees it: under a name of its own, with its profile, the templates' driver, the right one."""

import json
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Self

from driversmith.engine.contract.naming import DriverNames, driver_names
from driversmith.engine.facts.catalogue import apply
from driversmith.engine.generation.template_engine import write_driver
from driversmith.engine.models.driver import DriverBundle, DriverFile
from driversmith.engine.models.facts import Correction
from driversmith.engine.models.profile import ApiProfile
from driversmith.engine.research.documents.parse import parse_description
from driversmith.engine.research.profile import build_profile

from .apis import Api
from .faults import Written, faults_of
from .right import part_paths, right_files

MARK = re.compile(r"([Qq])(\d{5})")
"""What tells a session's texts from another's: a number after the API's name, always as long, so that nothing else differs."""
_MAX_BYTES = 1 << 20


def marked(text: str, session: int) -> str:
    """The text as it stands in a session; 0 is that of no session."""
    return MARK.sub(lambda match: f"{match[1]}{session:05}", text)


def session_in(text: str) -> int | None:
    """The session that a text belongs to."""
    match = MARK.search(text)
    return int(match[2]) if match else None


@dataclass(frozen=True)
class Subject:
    """One API with everything that follows from it, under the name of no session."""

    api: Api
    profile: ApiProfile
    template: DriverBundle

    @classmethod
    def of(cls, api: Api) -> Self:
        """Researched and written by the product, from the description alone."""
        name = api_name(api, 0)
        raw = json.dumps(api.description(name)).encode()
        description = parse_description(raw, location=f"{api.slug}.json", max_bytes=_MAX_BYTES)
        profile = build_profile(description, api_name=name, base_url=f"https://{api.host}")
        return cls(api, profile, write_driver(profile))

    @property
    def names(self) -> DriverNames:
        """Names of the driver."""
        return driver_names(self.profile.api_name)

    @cached_property
    def template_files(self) -> dict[str, str]:
        """Path -> text of what the templates write."""
        return {file.path: file.text for file in self.template.files}

    @cached_property
    def corrected(self) -> "Subject":
        """The same by the facts that are true."""
        if self.api.fact is None:
            return self
        fact = Correction(**self.api.fact, because="The server answers so.")
        profile = apply(self.profile, fact, known_by="observed")
        return Subject(self.api, profile, write_driver(profile))

    @cached_property
    def right(self) -> dict[str, str]:
        """Path -> text of the files that a model writes, all right."""
        return right_files(self.api, self.names, self.corrected.template_files)

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """The files that a model writes, the client first."""
        return tuple(part_paths(self.names.package).values())

    @cached_property
    def faults(self) -> tuple[Written, ...]:
        """Every fault that fits."""
        return tuple(faults_of(self.api, self.names, self.right))

    def files(self, written: dict[str, str]) -> dict[str, str]:
        """A whole driver: the templates' files with these in their place."""
        return {**self.template_files, **written}

    def bundle(self, written: dict[str, str]) -> DriverBundle:
        """The same as a bundle."""
        files = tuple(
            DriverFile(path=path, text=text, author="model" if path in written else "template")
            for path, text in sorted(self.files(written).items())
        )
        return self.template.model_copy(update={"files": files})


def slug_of(session: int, slugs: tuple[str, ...]) -> str:
    """The API of a session: they take turns."""
    return slugs[session % len(slugs)]


def in_session(subject: Subject, session: int) -> tuple[ApiProfile, DriverBundle]:
    """The profile and the templates' driver as a session has them."""
    profile = ApiProfile.model_validate_json(marked(subject.profile.model_dump_json(), session))
    return profile, DriverBundle.model_validate_json(marked(subject.template.model_dump_json(), session))


def api_name(api: Api, session: int) -> str:
    """What a session calls the API."""
    return f"{api.title} Q{session:05}"
