"""`demo --heal` says of itself whether it healed; that it does is in slow/."""

from pathlib import Path

from driversmith.engine.models.session import PublishedFile, SupervisedResult
from driversmith.server.demo.healing import HealingShow

CLIENT = "lighthouse_register_driver/client.py"


def test_a_driver_that_was_not_healed_by_the_model_is_no_success(tmp_path: Path) -> None:
    show = HealingShow(tmp_path, tmp_path, quiet=True)
    assert not show.ok
    client = PublishedFile(path=CLIENT, sha256="0", author="template")
    show.result = SupervisedResult(session_id="s1", status="succeeded", success=True, files=[client])
    show.records = {"coasts": [{"id": 1}]}
    assert not show.ok
    assert {"a client by the model", "a finding of the guards", "an adjusted prompt that helped"} <= set(show.missing())
    assert not {"a driver", "records of every object"} & set(show.missing())
