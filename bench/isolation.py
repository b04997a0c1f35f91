"""What does it cost to isolate a driver?

    python bench/isolation.py [--runs N] [--json]

Prints a table of medians: wall clock and CPU of the contract run of one small driver (that of the demo's API), by each way to start
children that this machine has, taken in turns; and how much more than the plain child each takes. CPU is that of this process
and of its children, except those in a namespace of their own, which end unseen: of bubblewrap the wall clock tells. Run it alone:
other load shows in every figure.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

import anyio
from driversmith.engine.drivers.publish import lay_out
from driversmith.engine.errors import SandboxUnavailableError
from driversmith.engine.generation.template_engine import write_driver
from driversmith.engine.models.profile import ApiProfile
from driversmith.engine.sandbox.launching import candidates
from driversmith.engine.sandbox.process import ProcessSandbox
from driversmith.engine.testing.contract_suite import run_contract

LIMIT_MS = 60.0
PROFILE = {
    "api_name": "Harbour",
    "base_url": "https://api.harbour.example/v1",
    "source": {"location": "bench", "format": "OpenAPI 3.1.0", "sha256": "0", "size": 1},
    "objects": {
        "ships": {
            "name": "ships",
            "operations": {"read": "list_ships"},
            "record_path": ["items"],
            "fields": {"id": {"type": "integer"}, "name": {"type": "string"}},
            "pagination": {"style": "page", "position_parameter": "page", "size_parameter": "per_page", "first": 1},
            "evidence": {"pointer": "#"},
        }
    },
    "operations": {
        "list_ships": {
            "name": "list_ships",
            "method": "GET",
            "path": "/ships",
            "parameters": [
                {"name": n, "argument": n, "location": "query", "type": "integer", "style": "form"}
                for n in ("page", "per_page")
            ],
            "response": {"media_type": "application/json", "kind": "json", "type": "object"},
            "evidence": {"pointer": "#"},
        }
    },
}


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    options.add_argument("--runs", type=int, default=9, help="of each way")
    options.add_argument("--json", action="store_true")
    chosen = options.parse_args()
    rows = anyio.run(_measured, chosen.runs)
    if chosen.json:
        print(json.dumps(rows, indent=2))
        return
    plain = rows["process"]
    print(f"{'isolation':<14}{'wall ms':>9}{'CPU ms':>9}{'more wall':>11}{'more CPU':>10}")
    for name, (wall, cpu) in rows.items():
        print(f"{name:<14}{wall:>9.0f}{cpu:>9.0f}{wall - plain[0]:>+11.0f}{cpu - plain[1]:>+10.0f}")
    print(
        f"goal: less than {LIMIT_MS:.0f} ms more for each; {chosen.runs} runs, {os.cpu_count()} processors, {sys.platform}"
    )


async def _measured(runs: int) -> dict[str, tuple[float, float]]:
    profile = ApiProfile.model_validate(PROFILE)
    bundle = write_driver(profile)
    sandboxes = {launch.isolation: ProcessSandbox(ways=[launch]) for launch in candidates()}
    for name, sandbox in list(sandboxes.items()):
        try:
            await sandbox.probe()
        except SandboxUnavailableError:
            del sandboxes[name]
    seen: dict[str, list[tuple[float, float]]] = {name: [] for name in sandboxes}
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / bundle.project
        lay_out(bundle.files, project)
        for _ in range(runs + 1):
            for name, sandbox in sandboxes.items():
                wall, cpu = time.perf_counter(), _cpu()
                report = await run_contract(
                    project, profile, package=bundle.project, class_name=bundle.class_name, sandbox=sandbox, seed=1
                )
                if not report.ok:
                    raise SystemExit(f"The driver is broken: {report.broken}")
                seen[name].append(((time.perf_counter() - wall) * 1000, (_cpu() - cpu) * 1000))
    return {
        name: (statistics.median(w for w, _ in found[1:]), statistics.median(c for _, c in found[1:]))
        for name, found in seen.items()
    }


def _cpu() -> float:
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


if __name__ == "__main__":
    main()
