"""An answer as long as it may be, and as bad as it can be, costs seconds at most."""

import time

import pytest
from driversmith.engine.guards.files.extraction import Extracted, extract_file
from driversmith.engine.models.findings import Finding

from ....engine.guards.bad_answers import PATHS, bad_answers


@pytest.mark.parametrize("answer", bad_answers(1), ids=range(len(bad_answers(20))))
@pytest.mark.parametrize("path", PATHS)
def test_bad_input_is_bounded(answer: str, path: str) -> None:
    started = time.process_time()
    found = extract_file(answer, path=path, stop_reason="end_turn")
    assert time.process_time() - started < 15
    assert isinstance(found, Extracted | Finding)
