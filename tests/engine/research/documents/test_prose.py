"""The prose of a description is kept with where it stands, and nothing that may be data."""

from driversmith.engine.research.documents.prose import prose_of


def test_titles_summaries_and_descriptions_of_all_places_are_kept_the_whole_api_first() -> None:
    document = {
        "paths": {"/a~b": {"get": {"summary": "Lists.", "description": "All of them."}}},
        "tags": [{"name": "x", "description": "Of x."}],
        "info": {"title": "T", "description": "D"},
    }
    found = [(p.pointer, p.text) for p in prose_of(document).passages]
    assert found == [
        ("#/info/title", "T"),
        ("#/info/description", "D"),
        ("#/tags/0/description", "Of x."),
        ("#/paths/~1a~0b/get/summary", "Lists."),
        ("#/paths/~1a~0b/get/description", "All of them."),
    ]


def test_examples_and_defaults_are_no_prose_and_nothing_is_kept_twice() -> None:
    secret = {"description": "sk-123"}
    document = {"info": {"description": "D"}, "x": {"example": secret, "default": secret, "description": "D"}}
    assert [p.text for p in prose_of(document).passages] == ["D"]


def test_a_property_that_is_called_description_is_a_schema() -> None:
    document = {"properties": {"description": {"type": "string", "description": "What it is."}}}
    assert [p.pointer for p in prose_of(document).passages] == ["#/properties/description/description"]


def test_there_is_a_limit() -> None:
    found = prose_of({"info": {"title": "T", "description": "x" * 50}}, most=20)
    assert ([p.text for p in found.passages], found.cut) == (["T"], True)
