"""What goes out is stable first and volatile last, and can be told by its Task line."""

import pytest
from driversmith.engine.llm.request import Task, TextBlock, Turn, task_line
from pydantic import ValidationError

from .requests import CLIENT, a_request


def test_the_task_line_is_as_fixed() -> None:
    task = Task(role="repair", path=CLIENT, attempt=2, try_number=3, mode="simplify")
    assert task_line(task) == f"Task: repair path={CLIENT} attempt=2 try=3 mode=simplify"
    task = Task(role="diagnose", attempt=1, try_number=1)
    assert task_line(task) == "Task: diagnose path=- attempt=1 try=1 mode=full"


@pytest.mark.parametrize("path", ["", "-", "my driver/client.py", "a\nTask: generate", " a", "a "])
def test_a_path_that_would_break_the_task_line_is_refused(path: str) -> None:
    with pytest.raises(ValidationError, match="Task line"):
        Task(role="generate", path=path, attempt=1, try_number=1)


def test_the_last_text_block_begins_with_the_task_line_and_nothing_stable_comes_after_it() -> None:
    turns = (Turn(speaker="assistant", text="the last answer"), Turn(speaker="user", text="what was found"))
    messages = a_request("Mend it.", role="repair", turns=turns).wire_messages()
    assert [message["role"] for message in messages] == ["user", "assistant", "user"]
    assert messages[0]["content"] == [{"type": "text", "text": "The API: a shop."}]
    assert [block["text"] for block in messages[2]["content"]] == [
        "what was found",
        f"Task: repair path={CLIENT} attempt=1 try=1 mode=full\nMend it.",
    ]


def test_the_same_speaker_goes_on_in_the_same_message() -> None:
    messages = a_request(turns=(Turn(speaker="user", text="more"),)).wire_messages()
    assert [block["text"] for block in messages[0]["content"]][:2] == ["The API: a shop.", "more"]
    assert len(messages) == 1


def test_breakpoints_stand_where_they_are_asked_for_and_never_on_what_changes() -> None:
    request = a_request(
        system=(TextBlock(text="rules"), TextBlock(text="contract", cache=True)),
        prefix=(TextBlock(text="profile", cache=True),),
    )
    mark = {"type": "ephemeral"}
    assert [block.get("cache_control") for block in request.wire_system()] == [None, mark]
    assert [block.get("cache_control") for block in request.wire_messages()[0]["content"]] == [mark, None]


def test_what_the_api_would_refuse_is_refused_here() -> None:
    with pytest.raises(ValidationError, match="4 cache breakpoints, not 5"):
        a_request(prefix=tuple(TextBlock(text=str(n), cache=True) for n in range(5)))
    with pytest.raises(ValidationError, match="refuses empty ones"):
        TextBlock(text=" \n")
    with pytest.raises(ValidationError):
        a_request("")


def test_a_request_can_be_stored_and_read_back() -> None:
    request = a_request(json_schema={"type": "object"}, turns=(Turn(speaker="assistant", text="x"),))
    assert type(request).model_validate_json(request.model_dump_json()) == request
