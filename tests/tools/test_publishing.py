"""What `tools/list` says is what the code does."""

import json

from driversmith.tools.publishing import TARGET, as_text, published
from driversmith.tools.registry import TOOLS, declared_tool

DESIGN = {
    "generate_driver_supervised": (
        "api_name api_url spec server auth output_dir engine objects stop_after max_supervisor_attempts max_retries budget_usd "
        "time_limit_seconds live fresh wait_seconds"
    ),
    "validate_file": "file_path content driver_root cursor",
    "diagnose_failure": "session_id error_message file_path content log cursor",
    "submit_file": "session_id path content",
    "get_session": "session_id view path search cursor wait_seconds",
    "read_records": "session_id object_name params limit fields cursor",
    "cancel_session": "session_id",
    "query_history": "kind api_name status error_type since limit cursor",
}
DEFAULTS = {
    "engine": "auto",
    "stop_after": "none",
    "max_supervisor_attempts": 3,
    "max_retries": 3,
    "time_limit_seconds": 600,
    "live": "auto",
    "fresh": False,
    "wait_seconds": 45,
}


def test_the_published_face_is_that_of_the_code() -> None:
    assert TARGET.read_text("utf-8") == as_text(published()), "run: python -m driversmith.tools.publishing"


def test_the_tools_and_their_arguments_are_those_of_the_design() -> None:
    faces = published()
    assert {name: " ".join(face["inputSchema"]["properties"]) for name, face in faces.items()} == DESIGN


def test_the_defaults_are_those_of_the_design() -> None:
    properties = published()["generate_driver_supervised"]["inputSchema"]["properties"]
    assert {name: properties[name]["default"] for name in DEFAULTS} == DEFAULTS
    assert published()["read_records"]["inputSchema"]["properties"]["limit"]["default"] == 20
    assert published()["get_session"]["inputSchema"]["properties"]["wait_seconds"]["default"] == 0


def test_structured_answers_are_described_field_by_field() -> None:
    result = published()["generate_driver_supervised"]["outputSchema"]
    assert {"session_id", "status", "success", "files", "preview", "verification", "skipped", "error"} <= set(
        result["properties"]
    )
    assert result["properties"]["output_path"]["description"] == "Absolute path of the project folder."
    assert set(published()["submit_file"]["outputSchema"]["properties"]) >= {"ok", "findings", "session"}


def test_only_what_reads_is_called_read_only() -> None:
    writing = {name for name in TOOLS if not published()[name]["annotations"]["readOnlyHint"]}
    assert writing == {"generate_driver_supervised", "submit_file", "cancel_session"}
    assert [name for name in TOOLS if published()[name]["annotations"]["destructiveHint"]] == ["cancel_session"]


def test_every_tool_is_async_so_that_none_holds_up_the_server() -> None:
    assert all(declared_tool(name).is_async and declared_tool(name).context_kwarg == "ctx" for name in TOOLS)


def test_what_several_tools_answer_is_told_whole_once() -> None:
    faces = published()
    for name in ("cancel_session", "get_session"):
        told = faces[name]["outputSchema"]
        assert "SupervisedResult, as generate_driver_supervised publishes it." in str(told)
        assert "model_usage" not in str(told) and told["type"] == "object"
    assert "model_usage" in faces["generate_driver_supervised"]["outputSchema"]["properties"]


def test_schemas_of_answers_are_short_and_need_no_references() -> None:
    told = [json.dumps(face["outputSchema"], separators=(",", ":")) for face in published().values()]
    assert sum(map(len, told)) < 13_500
    assert not any("$ref" in text or "$defs" in text or '"default"' in text for text in told)
