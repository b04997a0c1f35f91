"""Repairs that ruff knows."""

import subprocess
from collections.abc import Iterator
from pathlib import PurePosixPath

from ...validation.limits import TOOL_SECONDS
from ...validation.tools.ruff import find_ruff
from .fixer import Case, Change, Propose


def ruff(code: str, did: str) -> Propose:
    """What ruff's own safe fix for a code makes of the file; nothing where ruff is missing or fails."""

    def propose(case: Case) -> Iterator[Change]:
        flags = [
            "check",
            "--isolated",
            "--no-cache",
            "--quiet",
            "--fix-only",
            "--target-version",
            "py311",
            "--select",
            code,
        ]
        try:
            command = [*find_ruff(), *flags, "--stdin-filename", PurePosixPath(case.path).name, "-"]
            done = subprocess.run(  # noqa: S603 - the pinned ruff, and flags of our own
                command, input=case.text.encode(), capture_output=True, timeout=TOOL_SECONDS, check=False
            )
            text = done.stdout.decode()
        except (OSError, subprocess.SubprocessError, ValueError):
            return
        if done.returncode == 0 and text:
            yield Change(text, did)

    return propose
