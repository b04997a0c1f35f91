"""A diagnosis looks at the file that it is given."""

from pathlib import Path

from driversmith.engine.diagnosis.context import FailureContext
from driversmith.engine.diagnosis.examine import examined
from driversmith.engine.diagnosis.rules import diagnose


async def test_content_is_validated_and_named_in_the_cause() -> None:
    diagnosis = diagnose(await examined(FailureContext(message="it does not run", content="def read(:\n    pass\n")))
    assert diagnosis.fault_kind == "syntax"
    assert "client.py:1" in diagnosis.root_cause
    assert diagnosis.confidence >= 0.9


async def test_a_file_on_disk_is_validated(tmp_path: Path) -> None:
    path = tmp_path / "client.py"
    path.write_text("print(undefined_thing)\n")
    diagnosis = diagnose(await examined(FailureContext(message="it fails", file_path=str(path))))
    assert diagnosis.fault_kind == "undefined_name"
    assert "undefined_thing" in diagnosis.prompt_modification


async def test_a_file_that_is_not_there_leaves_the_rest_of_the_evidence() -> None:
    failure = FailureContext(message="ConnectionRefusedError: [Errno 111]", file_path="/nowhere/at/all.py")
    assert diagnose(await examined(failure)).fault_kind == "network"


async def test_sound_content_leaves_an_unknown_failure_unknown() -> None:
    failure = FailureContext(message="The frobnicator is purple.", content="x = 1\n", file_path="client.py")
    assert diagnose(await examined(failure)).fault_kind == "unknown"
