"""The strategy `simplify`: a model fills slots of the profile by a published schema, and the templates write every file."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from anyio import to_thread

from ..guards.asking_json import announce, ask_json
from ..llm.port import Ask
from ..llm.request import ModelRequest, Task, TextBlock
from ..models.driver import DriverBundle, DriverFile
from ..models.profile import ApiProfile
from ..models.tries import OnTry
from .api_facts import api_facts
from .requests import README
from .slots import SimplifySlots, filled, slot_findings, with_readme_words
from .template_engine import write_driver
from .wording import wording

MAX_TOKENS = 6_000
MAX_FACTS = 30_000
"""Characters: the prompt is small, and there is no client in it."""


async def simplify(
    *,
    profile: ApiProfile,
    template: DriverBundle,
    ask: Ask,
    attempt: int,
    max_retries: int = 3,
    adjustments: Mapping[str, tuple[str, ...]] = {},
    facts: int = MAX_FACTS,
    on_try: OnTry | None = None,
) -> DriverBundle:
    """The templates' driver with the slots filled; files that differ from `template` are by author `simplified`.

    The request tells at most about `facts` characters of the API.

    Its profile.json holds the profile with the slots filled: that is what the driver keeps to.

    Raises:
        FileGenerationError: no answer fitted within `max_retries` tries (at least 1); its path is `-`.
        ModelError, and whatever else `ask` raises.
    """
    make = partial(simplify_request, profile, template.project, attempt=attempt, adjustments=adjustments, facts=facts)
    recovered = await ask_json(
        ask,
        await to_thread.run_sync(make),
        SimplifySlots,
        max(1, max_retries),
        check=lambda slots: slot_findings(slots, profile),
        on_try=announce(on_try),
    )
    slots = recovered.model or SimplifySlots()
    return await to_thread.run_sync(_written, profile, template, slots)


def simplify_request(
    profile: ApiProfile,
    package: str,
    *,
    attempt: int,
    adjustments: Mapping[str, tuple[str, ...]] = {},
    facts: int = MAX_FACTS,
) -> ModelRequest:
    """The one request for the slots; all adjustments enter it, for whichever file they were meant."""
    adjusted = [words for modifications in adjustments.values() for words in modifications]
    told = wording("adjustments", adjustments="\n".join(f"- {words}" for words in adjusted)) if adjusted else ""
    return ModelRequest(
        task=Task(role="generate", path=None, attempt=attempt, try_number=1, mode="simplify"),
        system=(TextBlock(text=wording("simplify_system")),),
        prefix=(TextBlock(text=wording("facts", facts=api_facts(profile, most=facts)), cache=True),),
        instruction="\n\n".join(part for part in (wording("simplify", package=package), told) if part),
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
