"""SlotWriter, the strategy `simplify`: a model fills slots of the profile by a published schema, and the templates write every file."""

from functools import partial
from typing import Any

from anyio import to_thread

from ..errors import GenerationError
from ..generation.template_engine import write_driver
from ..llm.request import ModelRequest, Task, TextBlock
from ..models.driver import DriverBundle, DriverFile
from ..models.profile import ApiProfile
from ..models.report import FaultsOfFile
from .api_text import api_text
from .ask_json import announce, ask_json
from .assignment import Assignment
from .prompt_texts import prompt_text
from .requests import README
from .slots import SimplifySlots, filled, slot_findings, with_readme_words

MAX_TOKENS = 6_000
MAX_FACTS = 30_000
"""Characters: the prompt is small, and there is no client in it."""


class SlotWriter:
    """Has the slots of the templates filled (strategy `simplify`); the request tells at most about `facts` characters of the
    API."""

    def __init__(self, work: Assignment, *, facts: int = MAX_FACTS) -> None:
        self._work = work
        self._facts = facts

    async def write(self) -> DriverBundle:
        """The templates' driver with the slots filled; files that differ from it are by author `simplified`.

        Its profile.json holds the profile with the slots filled: that is what the driver keeps to.

        Raises:
            FileGenerationError: no answer fitted within `max_retries` tries; its path is `-`.
            ModelError, and whatever else `ask` raises.
        """
        work = self._work
        make = partial(simplify_request, work, facts=self._facts)
        recovered = await ask_json(
            work.ask,
            await to_thread.run_sync(make),
            SimplifySlots,
            max(1, work.max_retries),
            check=lambda slots: slot_findings(slots, work.profile),
            on_try=announce(work.on_try),
        )
        slots = recovered.model or SimplifySlots()
        return await to_thread.run_sync(_written, work.profile, work.template, slots)

    async def complete(self, bundle: DriverBundle) -> DriverBundle:
        """The same: the slots are filled at once."""
        return bundle

    async def repair(self, bundle: DriverBundle, faults: FaultsOfFile) -> DriverBundle:
        """Nothing in a file is the model's own here: a fault means that a slot was filled wrongly.

        Raises:
            GenerationError: always.
        """
        first = [f.message for f in faults.findings] + [f"{b.name}: expected {b.expected}" for b in faults.behaviours]
        raise GenerationError(
            f"With the slots filled, {faults.path} of {bundle.project} fails: {first[0]}", code="contract_failed"
        )


def simplify_request(work: Assignment, *, facts: int = MAX_FACTS) -> ModelRequest:
    """The one request for the slots; all adjustments enter it, for whichever file they were meant."""
    adjusted = [words for modifications in work.adjustments.values() for words in modifications]
    told = prompt_text("adjustments", adjustments="\n".join(f"- {words}" for words in adjusted)) if adjusted else ""
    return ModelRequest(
        task=Task(role="generate", path=None, attempt=work.attempt, try_number=1, mode="simplify"),
        system=(TextBlock(text=prompt_text("simplify_system")),),
        prefix=(TextBlock(text=prompt_text("facts", facts=api_text(work.profile, most=facts)), cache=True),),
        instruction="\n\n".join(
            part for part in (prompt_text("simplify", package=work.template.project), told) if part
        ),
        max_tokens=MAX_TOKENS,
        effort="low",
        json_schema=slots_schema(),
    )


def slots_schema() -> dict[str, Any]:
    """The published JSON schema of the slots."""
    return SimplifySlots.model_json_schema()


def _written(profile: ApiProfile, template: DriverBundle, slots: SimplifySlots) -> DriverBundle:
    known = filled(profile, slots)
    bundle = write_driver(known)
    texts = {file.path: file.text for file in bundle.files}
    texts[README] = write_driver(with_readme_words(known, slots))[README].text
    before = {file.path: file.text for file in template.files}
    files = tuple(
        DriverFile(path=path, text=text, author="template" if before.get(path) == text else "simplified")
        for path, text in texts.items()
    )
    return bundle.model_copy(update={"files": files})
