"""The child process of `execution`: one inspection, JSON on standard input, findings on standard output."""

import contextlib
import json
import sys

from ..models.profile import ApiProfile
from .inspection import inspect
from .limits import WORKER_MEMORY_BYTES


def main() -> None:
    """Read one job, write its findings."""
    _limit_memory()
    job = json.load(sys.stdin)
    profile = ApiProfile.model_validate_json(job["profile"]) if job["profile"] else None
    found = inspect(job["texts"], whole=job["whole"], focus=job["focus"], package=job["package"], profile=profile)
    sys.stdout.write(json.dumps([finding.model_dump() for finding in found]))


def _limit_memory() -> None:
    if sys.platform == "win32":
        return
    import resource

    with contextlib.suppress(ValueError, OSError):  # a lower limit of the machine stays as it is
        resource.setrlimit(resource.RLIMIT_AS, (WORKER_MEMORY_BYTES, WORKER_MEMORY_BYTES))


if __name__ == "__main__":
    main()
