"""`driver.json`: what a driver is, which files it has and who wrote them, and how far it was verified."""

import json
from importlib.metadata import version

from ..contract.naming import driver_names
from ..contract.surface import CONTRACT_VERSION
from ..models.driver import DriverBundle, Verification
from ..models.profile import ApiProfile


def manifest(profile: ApiProfile, bundle: DriverBundle, verification: Verification) -> str:
    """The text of `driver.json`: no times, so the same driver gives the same bytes."""
    whole = {
        "contract_version": CONTRACT_VERSION,
        "driversmith_version": version("driversmith"),
        "api_name": profile.api_name,
        "api_url": profile.base_url,
        "package": driver_names(profile.api_name).package,
        "class_name": bundle.class_name,
        "credentials": [c.model_dump() for scheme in profile.auth for c in scheme.credentials],
        "objects": {
            name: {verb: profile.operations[operation].signature for verb, operation in made.operations.items()}
            for name, made in profile.objects.items()
        },
        "profile_digest": profile.digest(),
        "files": {
            file.path: {"sha256": file.sha256, "author": file.author}
            for file in sorted(bundle.files, key=lambda file: file.path)
        },
        "verification": verification.model_dump(),
    }
    return json.dumps(whole, indent=2) + "\n"
