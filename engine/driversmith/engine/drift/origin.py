"""From a driver on disk to the request that made it, so that it can be made, or looked at, again."""

from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from ..drivers.trust import Sessions, last_session
from ..errors import InvalidArgumentError
from ..generation.manifest import Manifest, read_manifest
from ..models.profile import ANSWERS, PAGES, ApiProfile
from ..models.session import GenerateRequest

PROFILE = "profile.json"


@dataclass(frozen=True)
class MadeDriver:
    """A driver on disk, and what is known of how it came to be."""

    project: Path
    manifest: Manifest
    profile: ApiProfile
    request: GenerateRequest | None = None
    """Of the newest session that wrote it, where this machine remembers one."""

    @property
    def is_described(self) -> bool:
        """Whether a document for machines describes the API: what else a profile is read from can only be asked anew live."""
        return self.profile.source.format != ANSWERS and not self.profile.source.format.startswith(PAGES)

    def request_again(self, *, spec: str | None, allow_local: tuple[str, ...]) -> GenerateRequest:
        """The request by which to read the API again: as it was made, else from what the profile says of its source.

        Raises:
            InvalidArgumentError: the description was a local file that is not known any more.
        """
        made, source = self.request, self.profile.source
        location = spec or (made.spec if made else None)
        if location is None and made is None and self.is_described:
            location = source.location if "://" in source.location else None
            if location is None:
                raise _gone(source.location)
        if location is not None and "://" not in location and not Path(location).is_file():
            raise _gone(location)
        known = made or GenerateRequest(
            api_name=self.profile.api_name,
            api_url=source.location if source.format.startswith(PAGES) else self.profile.base_url,
            output_dir=str(self.project.parent),
        )
        changes = {"spec": location, "allow_local": tuple(sorted({*known.allow_local, *allow_local}))}
        return known.model_copy(update=changes)


async def made_driver(project: Path, journal: Sessions | None) -> MadeDriver:
    """The driver in a project folder.

    Raises:
        InvalidArgumentError: the folder holds no whole driver of ours.
    """
    manifest = read_manifest(project)
    try:
        profile = ApiProfile.model_validate_json((project / PROFILE).read_bytes())
    except (OSError, ValidationError) as error:
        raise InvalidArgumentError(
            f"{project} is not a whole driver: {PROFILE} cannot be read ({type(error).__name__}).",
            next_action="Make it anew with fresh.",
        ) from error
    record = await last_session(project, journal) if journal is not None else None
    return MadeDriver(project, manifest, profile, record.request if record else None)


def _gone(location: str) -> InvalidArgumentError:
    return InvalidArgumentError(
        f"The description that the driver was made from, {location}, is not here any more.",
        next_action="Give it with --spec.",
    )
