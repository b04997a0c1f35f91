"""The request that has a file mended where nothing is known but the file and what is wrong with it."""

import re
from functools import cache
from importlib.resources import files

from ..llm.request import ModelRequest, Task, TextBlock
from ..models.diagnosis import Diagnosis
from .context import FailureContext

MAX_TOKENS = 24_000


def mend_request(failure: FailureContext, diagnosis: Diagnosis) -> ModelRequest | None:
    """The repair of the failure's file; None where there is no text to mend, or nothing is said against it."""
    if not failure.content or not diagnosis.prompt_modification:
        return None
    name = re.sub(r"\s+", "_", re.split(r"[/\\]", failure.file_path or "client.py")[-1])
    return ModelRequest(
        task=Task(role="repair", path=name, attempt=1, try_number=2),
        system=(TextBlock(text=_system()),),
        prefix=(TextBlock(text=f"`{name}` as it stands:\n\n{failure.content}"),),
        instruction=f"{diagnosis.root_cause}\n\n{diagnosis.prompt_modification}",
        max_tokens=MAX_TOKENS,
        effort="medium",
    )


@cache
def _system() -> str:
    return files("driversmith.engine.diagnosis").joinpath("prompts/mend.md").read_text("utf-8").strip()
