"""What goes to the model: a prefix that never changes within a session, and everything volatile behind it."""

from typing import Any

import pytest
from driversmith.engine.authoring.requests import MOST_TOKENS, FileRequests, judgement_files
from driversmith.engine.authoring.write_file import Asking
from driversmith.engine.generation.template_engine import write_driver
from driversmith.engine.llm.request import MAX_BREAKPOINTS, ModelRequest
from driversmith.engine.llm.scripted import Reply
from driversmith.engine.models.profile import ApiProfile

from ..generation import profiles
from .writer import CLIENT, LIST_OBJECTS, READ_RECORDS, README, Writer, calls_what_is_not_there, list_of_dicts

CHARACTERS_A_TOKEN = 4
FILES = (CLIENT, README, LIST_OBJECTS, READ_RECORDS)


def composed(path: str = CLIENT, adjustments: dict[str, tuple[str, ...]] | None = None, **values: Any) -> ModelRequest:
    profile = profiles.petstore()
    requests = FileRequests(profile=profile, template=write_driver(profile), adjustments=adjustments or {})
    given: dict[str, Any] = {"path": path, "attempt": 1, "try_number": 1, "reason": "first", **values}
    return requests.compose(Asking(**given), "class PetstoreDriver: the accepted one\n")


def stable(request: ModelRequest) -> str:
    return str((request.wire_system(), request.wire_messages()[0]["content"][: len(request.prefix)]))


async def test_the_prefix_has_the_same_bytes_over_files_tries_and_attempts() -> None:
    seen: set[str] = set()
    roles: set[str] = set()
    for attempt in (1, 2):
        writer = Writer(
            {CLIENT: [list_of_dicts, Reply(text="", stop_reason="max_tokens")], README: [calls_what_is_not_there]}
        )
        await writer.written(attempt=attempt, adjustments={CLIENT: ("Return names.",)})
        seen |= {stable(request) for request in writer.requests}
        roles |= {request.task.role for request in writer.requests}
        assert {request.task.path for request in writer.requests} == set(FILES)
    assert roles == {"generate", "repair"}
    assert len(seen) == 1


def test_no_more_breakpoints_than_the_api_takes_and_the_last_is_behind_the_prefix() -> None:
    request = composed()
    blocks = [*request.system, *request.prefix]
    assert sum(block.cache for block in blocks) <= MAX_BREAKPOINTS
    assert blocks[-1].cache


def test_what_all_apis_share_stands_first_and_has_a_breakpoint() -> None:
    profile = profiles.repositories()
    other = FileRequests(profile=profile, template=write_driver(profile), adjustments={})
    request = composed()
    assert (request.system, request.prefix[0]) == (other.system, other.prefix[0])
    assert request.prefix[0].cache and request.prefix[1:] != other.prefix[1:]


def test_a_petstore_s_prefix_is_small() -> None:
    request = composed()
    assert sum(len(block.text) for block in (*request.system, *request.prefix)) < 4 * 3_000


def read_by_a_host(profile: ApiProfile) -> list[int]:
    """Characters of each request that nothing told before, for a host that answers rightly at once."""
    template = write_driver(profile)
    requests = FileRequests(profile=profile, template=template, adjustments={})
    told: set[str] = set()
    sizes: list[int] = []
    for path in judgement_files(template.project):
        asked = requests.compose(Asking(path=path, attempt=1, try_number=1, reason="first"), "the client")
        texts = [*(block.text for block in (*asked.system, *asked.prefix)), asked.instruction]
        texts += [reference.shown for reference in asked.references if reference.kind != "file"]
        sizes.append(sum(len(text) for text in texts if text not in told))
        told |= set(texts)
    return sizes


@pytest.mark.parametrize("words", ["", "What a keeper of pets has to know of it. " * 60], ids=["terse", "verbose"])
def test_twelve_operations_are_told_in_six_thousand_tokens_and_a_session_in_twelve(words: str) -> None:
    profile = profiles.petstore()
    assert len(profile.operations) == 12
    told = {name: o.model_copy(update={"description": words[:1000]}) for name, o in profile.operations.items()}
    first, *others = read_by_a_host(profile.model_copy(update={"operations": told, "description": words}))
    assert first <= 6_000 * CHARACTERS_A_TOKEN, first
    assert first + sum(others) <= 12_000 * CHARACTERS_A_TOKEN, others


@pytest.mark.parametrize("path", FILES)
def test_each_file_is_asked_for_in_its_own_words(path: str) -> None:
    request = composed(path)
    assert request.last_text().startswith(f"Task: generate path={path} attempt=1 try=1 mode=full\n")
    assert path in request.instruction
    assert ("the accepted one" in request.last_text()) is (path != CLIENT)
    assert request.json_schema is None and not request.turns


@pytest.mark.parametrize("path", FILES)
def test_adjustments_enter_the_requests_of_their_file_as_they_are(path: str) -> None:
    words = "In client.py: write `return list(OBJECTS)`, $not {a: dict}; 100 % \\n."
    request = composed(path, {path: (words,), "other.py": ("Not for this file.",), "*": ("For all files.",)})
    assert words in request.instruction and "For all files." in request.instruction
    assert "Not for this file." not in request.instruction
    assert words not in stable(request)


def test_a_repair_holds_the_last_answer_the_findings_and_the_task_and_nothing_else() -> None:
    told = {"reason": "rejected", "text": "class Pet${store}: last\n", "findings": "1. P1 list-objects-shape: $5"}
    request = composed(try_number=3, **told)
    assert [(turn.speaker, turn.text) for turn in request.turns] == [("assistant", "class Pet${store}: last\n")]
    assert request.task.role == "repair"
    assert "1. P1 list-objects-shape: $5" in request.instruction
    assert "The module with the class `PetstoreDriver`" in request.last_text()
    messages = request.wire_messages()
    assert [message["role"] for message in messages] == ["user", "assistant", "user"]


@pytest.mark.parametrize(
    ("asking", "said"),
    [
        ({"reason": "truncated", "truncated": 1}, "cut off"),
        ({"reason": "refused"}, "client library for an HTTP API"),
        ({"reason": "unusable", "problem": "It is a diff."}, "It is a diff."),
        ({"reason": "stuck", "findings": "1. P1 the old fault"}, "Begin afresh"),
        ({"reason": "rejected", "text": "x = 1\n", "findings": "1. P0 syntax"}, "does not pass its checks"),
        ({"reason": "run", "text": "x = 1\n", "behaviours": "1. read-all-pages"}, "passes the checks of its text, but"),
        ({"reason": "run", "text": "x = 1\n", "behaviours": "1. read-all-pages"}, "1. read-all-pages"),
        ({"reason": "package", "text": "x = 1\n", "findings": "1. P1 no pets()"}, "does not fit them"),
    ],
)
def test_why_a_file_is_asked_for_again_is_said(asking: dict[str, Any], said: str) -> None:
    assert said in composed(try_number=2, **asking).instruction


def test_a_cut_answer_gets_more_room_up_to_a_limit() -> None:
    room = [composed(reason="truncated", truncated=n).max_tokens for n in range(5)]
    assert room[1] == 2 * room[0] and room == sorted(room) and room[-1] == MOST_TOKENS


def test_the_client_gets_the_most_thought() -> None:
    requests = {path: composed(path) for path in FILES}
    assert requests[CLIENT].effort == "high"
    assert max(requests.values(), key=lambda request: request.max_tokens) is requests[CLIENT]


def test_a_template_readme_with_fences_stays_in_its_own() -> None:
    assert "````\n# PetstoreDriver" in composed(README).last_text()


def test_the_client_comes_first() -> None:
    assert judgement_files("petstore_driver") == FILES[:1] + FILES[1:]
