"""What a driver is made anew from, so that it fits its API again."""

from ..diagnosis.rules import OUTSIDE_THE_CODE
from ..errors import InvalidArgumentError
from ..models.diagnosis import Diagnosis
from ..models.session import EngineName, GenerateRequest
from ..sessions.request import project_path
from .origin import MadeDriver

_WRITTEN_BY: dict[str, EngineName] = {"model": "model", "simplified": "model", "host": "host"}


def healing_request(
    made: MadeDriver, *, spec: str | None, engine: EngineName | None, allow_local: tuple[str, ...]
) -> GenerateRequest:
    """The request that makes a driver anew, by whoever wrote it. `engine`: by another.

    Raises:
        InvalidArgumentError: its description is gone, its folder has another name than it was made with, or a calling agent wrote
            it, which a command line has not.
    """
    request = made.request_again(spec=spec, allow_local=allow_local)
    authors = {_WRITTEN_BY[f.author] for f in made.manifest.files.values() if f.author in _WRITTEN_BY}
    writer = engine or (min(authors) if authors else request.engine)
    if writer == "host":
        raise InvalidArgumentError(
            "The calling agent's model wrote parts of this driver, and a command line has no agent.",
            next_action="Have the agent call generate_driver_supervised with fresh=true, or take --engine template: what the agent"
            " wrote is then replaced.",
        )
    changes = {
        "output_dir": str(made.project.parent),
        "engine": writer,
        "fresh": True,
        "stop_after": "none",
    }
    request = request.model_copy(update=changes)
    if project_path(request) != made.project:
        raise InvalidArgumentError(
            f"{made.project} was made as {project_path(request).name}, and is written anew under that name only.",
            next_action=f"Rename the folder to {project_path(request).name}.",
        )
    return request


def is_outside_the_driver(diagnosis: Diagnosis) -> bool:
    """Whether a fault is one of transport, credentials or environment, which no change of the driver mends."""
    return diagnosis.fault_kind in OUTSIDE_THE_CODE and not diagnosis.can_fix
