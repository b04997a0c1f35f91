"""The model request that would come next, as data: for whoever has a model while driversmith has none."""

from dataclasses import dataclass
from typing import Any

from ...llm.request import ModelRequest
from ...models.findings import Finding
from ...models.profile import ApiProfile
from ...models.report import BehaviourResult


@dataclass(frozen=True)
class Repair:
    """A file of a session to be mended."""

    profile: ApiProfile
    path: str
    """POSIX path in the project folder."""
    text: str
    """The file as it stood last."""
    attempt: int
    try_number: int
    """Of the request."""
    findings: tuple[Finding, ...] = ()
    behaviours: tuple[BehaviourResult, ...] = ()
    modification: str = ""
    client: str = ""
    """The client that README and examples show, where it is not the file itself."""


def repair_request(repair: Repair) -> ModelRequest:
    """The request that the model engine would send: the same prefix, words and file as in a session."""
    from ...authoring.requests import FileRequests
    from ...authoring.telling import tell_behaviours, tell_findings
    from ...authoring.write_file import Asking
    from ...generation.template_engine import write_driver
    from ...validation.selection import findings_to_repair

    template = write_driver(repair.profile)
    requests = FileRequests(
        profile=repair.profile,
        template=template,
        adjustments={repair.path: (repair.modification,)} if repair.modification else {},
    )
    asking = Asking(
        path=repair.path,
        attempt=repair.attempt,
        try_number=repair.try_number,
        reason="rejected",
        findings=tell_findings(findings_to_repair(repair.findings), {repair.path: repair.text}),
        behaviours=tell_behaviours(repair.behaviours),
        text=repair.text,
    )
    return requests.compose(asking, repair.client)


def as_data(request: ModelRequest) -> dict[str, Any]:
    """A request as it goes to the Messages API, without the model's id; `role` and `path` say what it is for."""
    config: dict[str, Any] = {"effort": request.effort}
    if request.json_schema is not None:
        config["format"] = {"type": "json_schema", "schema": request.json_schema}
    return {
        "role": request.task.role,
        "path": request.task.path,
        "system": request.wire_system(),
        "messages": request.wire_messages(),
        "max_tokens": request.max_tokens,
        "output_config": config,
    }
