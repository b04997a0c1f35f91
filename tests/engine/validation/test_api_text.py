"""The API's own words are no evidence of what an author left undone; an author's are."""

import pytest
from driversmith.engine.models.profile import (
    ApiProfile,
    DescriptionSource,
    Evidence,
    FieldProfile,
    ObjectProfile,
    OperationProfile,
)
from driversmith.engine.validation.api_text import ApiText

SOURCE = DescriptionSource(location="x", format="OpenAPI 3.1.0", sha256="0", size=1)
SAID = Evidence(pointer="#/x")


def api(**values: object) -> ApiText:
    known = {"api_name": "Things", "base_url": "https://things.example", "source": SOURCE}
    return ApiText(ApiProfile.model_validate({**known, **values}))


TODOS = api(
    objects={
        "todos": ObjectProfile(
            name="todos",
            operations={"read": "listTodos"},
            fields={
                "todo": FieldProfile(description="What is to be done."),
                "state": FieldProfile(enum=("TODO", "DONE")),
            },
            evidence=SAID,
        )
    }
)
PROSE = api(
    description="TODO: say what this is for.\n\nWebhooks are coming soon.",
    operations={
        "ping": OperationProfile(name="ping", method="GET", path="/ping", summary="Lorem ipsum", evidence=SAID),
        "pong": OperationProfile(name="pong", method="GET", path="/pong", summary="TODO", evidence=SAID),
    },
)


def owned(of: ApiText, text: str, word: str) -> bool:
    start = text.index(word)
    return of.owns(text, start, start + len(word))


@pytest.mark.parametrize(
    "text",
    [
        "Reads every todo of a user.",
        "## Todo",
        "| `todo` | string |",
        "- todo: what is to be done",
        "todo: what is to be done",
        "A driver for TODO lists.",
        "- `TODO`: nobody has begun",
        "states are TODO and DONE",
    ],
)
def test_names_of_the_api_are_its_own(text: str) -> None:
    word = "TODO" if "TODO" in text else "Todo" if "Todo" in text else "todo"
    assert owned(TODOS, text, word)
    assert not owned(api(), text, word)


@pytest.mark.parametrize(
    ("of", "text", "word"),
    [
        (PROSE, "TODO: say what this is for. Webhooks are coming soon.", "TODO"),
        (PROSE, "TODO: say what ...", "TODO"),
        (PROSE, "TODO: say what this is for. Webhooks are coming soon.", "coming soon"),
        (PROSE, "- Webhooks: coming soon", "coming soon"),
        (PROSE, "- `ping`: Lorem ipsum", "Lorem ipsum"),
        (PROSE, "- `pong`: TODO", "TODO"),
        (api(title="TODO:"), "A driver for Things (TODO:, version 1), made", "TODO"),
        (api(title="Coming soon"), "A driver for Things (Coming soon, version 1), made", "Coming soon"),
        (api(version="FIXME"), "A driver for Things (version FIXME), made", "FIXME"),
    ],
)
def test_quoted_prose_is_the_apis(of: ApiText, text: str, word: str) -> None:
    assert owned(of, text, word)


@pytest.mark.parametrize(
    ("of", "text", "word"),
    [
        (TODOS, "TODO: describe the limits.", "TODO"),
        (TODOS, "## Limits\n\nTODO\n", "TODO"),
        (TODOS, "- TODO describe the todos", "TODO"),
        (TODOS, "Limits TODO: none", "TODO"),
        (TODOS, "1. TODO(ann): describe", "TODO"),
        (api(title="Todos"), "todo: describe the limits", "todo"),
        (PROSE, "TODO: describe the limits.", "TODO"),
        (PROSE, "Examples will be coming soon here.", "coming soon"),
        (PROSE, "## Usage\n\nLorem ipsum dolor sit amet.", "Lorem ipsum"),
        (PROSE, "## Usage\n\nFIXME\n", "FIXME"),
    ],
)
def test_what_an_author_left_undone_is_not(of: ApiText, text: str, word: str) -> None:
    assert not owned(of, text, word)


def test_without_a_profile_nothing_is_the_apis() -> None:
    assert not ApiText(None).says("todo")
    assert not owned(ApiText(None), "Reads every todo.", "todo")
