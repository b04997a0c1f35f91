"""The child process of `execution`: one inspection, JSON on standard input, findings on standard output."""

import json
import sys

from ..models.profile import ApiProfile
from .inspection import inspect
from .limits import WORKER_MEMORY_BYTES, limit_memory, limit_processor


def main() -> None:
    """Read one job, write its findings."""
    limit_memory(WORKER_MEMORY_BYTES)
    job = json.load(sys.stdin)
    limit_processor(job["seconds"])
    profile = ApiProfile.model_validate_json(job["profile"]) if job["profile"] else None
    found = inspect(job["texts"], whole=job["whole"], focus=job["focus"], profile=profile)
    sys.stdout.write(json.dumps([finding.model_dump() for finding in found]))


if __name__ == "__main__":
    main()
