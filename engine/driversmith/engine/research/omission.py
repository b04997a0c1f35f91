"""An ApiProfile without the operations that a driver did not prove."""

from collections.abc import Mapping

from ..contract.naming import driver_names
from ..models.profile import ApiProfile, ObjectProfile, PaginationProfile, SkippedOperation
from .openapi.auth import schemes_in_use


def without_operations(profile: ApiProfile, failed: Mapping[str, str]) -> ApiProfile:
    """The facts of an API less some operations (name -> what failed), which are listed as skipped: `not_proven`.

    Objects lose the verbs of those operations, and go when none is left; auth schemes that no operation uses go, too.
    """
    kept = {name: operation for name, operation in profile.operations.items() if name not in failed}
    skipped = [
        SkippedOperation(operation=profile.operations[name].signature, reason="not_proven", detail=why)
        for name, why in failed.items()
        if name in profile.operations
    ]
    objects = {name: _without(described, failed) for name, described in profile.objects.items()}
    return profile.model_copy(
        update={
            "operations": kept,
            "objects": {name: described for name, described in objects.items() if described.operations},
            "auth": schemes_in_use(profile.auth, (o.security for o in kept.values()), driver_names(profile.api_name)),
            "skipped": (*profile.skipped, *skipped),
        }
    )


def _without(described: ObjectProfile, failed: Mapping[str, str]) -> ObjectProfile:
    verbs = {verb: name for verb, name in described.operations.items() if name not in failed}
    changes: dict[str, object] = {"operations": verbs}
    if "read" in described.operations and "read" not in verbs:
        changes |= {"record_path": (), "shape": "list", "pagination": PaginationProfile(), "filters": ()}
    return described.model_copy(update=changes) if len(verbs) < len(described.operations) else described
