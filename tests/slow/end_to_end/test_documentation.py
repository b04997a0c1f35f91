"""An API that nobody describes but its pages: from a name and a URL to all its records, by the real command line."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ...end_to_end.weather import FORECAST, STATIONS, Weather, open_weather
from ...patience import LONG

Run = Callable[..., Any]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs a command, and gives what it prints as JSON."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("DRIVERSMITH_", "ANTHROPIC_"))}
    env = {**kept, "DRIVERSMITH_HOME": str(tmp_path / "home")}

    def run(*arguments: str) -> Any:
        command = [sys.executable, "-m", "driversmith.server", *arguments, "--json"]
        done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=LONG, check=False)
        assert done.returncode == 0, done.stderr + done.stdout
        return json.loads(done.stdout)

    return run


def _made(run: Run, weather: Weather) -> Path:
    return Path(run("generate", "Weather", f"{weather.base_url}/docs", "--engine", "template")["output_path"])


def test_a_page_alone_leads_to_a_driver_that_reads_everything(run: Run) -> None:
    with open_weather() as weather:
        driver = _made(run, weather)
        hours = run("read", str(driver), "forecast", "--param", "latitude=1.5", "--param", "longitude=2")
        stations = run("read", str(driver), "stations", "--limit", "100")
        assert "/v1/subscription/delete" not in weather.asked
    assert (hours, stations) == (FORECAST[: len(hours)], STATIONS)
    profile = json.loads((driver / "profile.json").read_text("utf-8"))
    forecast = profile["operations"]["get_forecast"]
    told = {parameter["name"]: parameter for parameter in forecast["parameters"]}
    assert [name for name, parameter in told.items() if parameter.get("required")] == ["latitude", "longitude"]
    assert (told["units"]["default"], told["latitude"]["type"]) == ("metric", "number")
    assert forecast["evidence"]["pointer"] == f"{weather.base_url}/docs"
    assert profile["operations"]["get_stations_station_id"]["evidence"]["known_by"] == "quoted"
