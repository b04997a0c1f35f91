"""The play of `demo --heal`: a function of the request, and honest about the templates it was written for."""

import pytest
from driversmith.engine.llm.request import ModelRequest, Reference, Role, Task, TextBlock
from driversmith.engine.llm.scripted import TransportTrouble
from driversmith.server.demo.script import NO_LINE, OVERLOADED, HealingPlay

CLIENT = "lighthouse_register_driver/client.py"
TEMPLATE = """\
from ._base import DriverBase
from ._transport import Transport


class Driver(DriverBase):
    def __init__(self):
        super().__init__(Transport())
"""
ADJUSTED = "Write it.\n\nFrom looking into why earlier attempts failed:\n\n- Read every page."


def asked(role: Role, try_number: int, instruction: str = "Write it.", template: str = TEMPLATE) -> ModelRequest:
    return ModelRequest(
        task=Task(role=role, path=CLIENT, attempt=1, try_number=try_number),
        prefix=(TextBlock(text=f"# The template's client\n\n```python\n{template}```\n"),),
        instruction=instruction,
        max_tokens=1,
        effort="low",
    )


def test_the_faults_come_in_their_order_and_end_with_words_about_pages() -> None:
    play = HealingPlay()
    assert '{"name": name}' in str(play(asked("generate", 1)))
    for _ in range(OVERLOADED):
        assert play(asked("repair", 2)) == TransportTrouble(fault="overloaded")
    one_page = play(asked("repair", 2))
    assert "def read(" in str(one_page)
    assert play(asked("repair", 3)) == play(asked("generate", 4)) == one_page
    right = str(play(asked("generate", 1, ADJUSTED)))
    assert "def read(" not in right
    assert "def lighthouses_on" in right


def test_templates_that_became_others_are_named() -> None:
    with pytest.raises(ValueError, match="import Transport"):
        HealingPlay()(asked("generate", 1, template="class Driver: ...\n"))


def test_examples_are_the_template_s_own() -> None:
    path = "examples/list_objects.py"
    shown = Reference(kind="template", path=path, text="print(1)\n")
    example = asked("generate", 1).model_copy(
        update={"task": Task(role="generate", path=path, attempt=1, try_number=1), "references": (shown,)}
    )
    assert HealingPlay()(example) == "print(1)\n"
    with pytest.raises(ValueError, match="shows no template"):
        HealingPlay()(example.model_copy(update={"references": ()}))


def test_what_the_play_does_not_hold_is_answered_without_use() -> None:
    question = ModelRequest(
        task=Task(role="diagnose", attempt=1, try_number=1), instruction="Why?", max_tokens=1, effort="low"
    )
    assert HealingPlay()(question) == NO_LINE
