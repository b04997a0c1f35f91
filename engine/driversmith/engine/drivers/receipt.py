"""`proof.json`: what live reads proved of each object and operation, by structure alone. Nothing that a model, a host or the
generated code writes gets into it."""

import json
from importlib.metadata import version
from typing import Any

from ..models.profile import ApiProfile
from ..models.report import LiveRead, LiveReport

RECEIPT = "proof.json"


def receipt(live: LiveReport, profile: ApiProfile) -> str:
    """The text of `proof.json`.

    `known` of an object is `proven` (records were read as the API has them), `observed` (the API answered, and that is not
    proven) or `described` (it was not asked); operations that are not named are `described`. `structure` is a hash of the keys
    and types of its records, which says whether they are still the same; `keys` are those that all of them have.
    """
    reads = {read.object_name: read for read in live.reads}
    objects = {name: _of(name, reads.get(name), live, profile) for name in profile.objects}
    operations: dict[str, str] = {}
    for name, read in reads.items():
        if name in objects and (known := _known(read)) != "described":
            operations[objects[name]["operation"]] = known
    whole: dict[str, Any] = {
        "receipt_version": 1,
        "driversmith_version": version("driversmith"),
        "base_url": profile.base_url,
        "profile_digest": profile.digest(),
        "read_at": live.read_at or None,
        "requests": live.requests,
        "objects": objects,
        "operations": operations,
    }
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"


def _of(name: str, read: LiveRead | None, live: LiveReport, profile: ApiProfile) -> dict[str, Any]:
    verbs = profile.objects[name].operations
    operation = profile.operations[verbs.get("read") or verbs.get("read_one") or next(iter(verbs.values()))]
    told: dict[str, Any] = {"known": _known(read), "operation": operation.signature}
    if read is None:
        return {**told, "note": live.untried.get(name, "")} if name in live.untried else told
    return {
        **told,
        "requests": read.requests,
        "pages": read.pages,
        "records": read.count,
        "complete": read.complete,
        "structure": read.structure or None,
        **({"keys": list(read.keys)} if read.keys else {}),
        **({"note": read.error} if read.error else {}),
    }


def _known(read: LiveRead | None) -> str:
    if read is None or (not read.ok and not read.pages and not read.seen):
        return "described"
    return "proven" if read.is_proven else "observed"
