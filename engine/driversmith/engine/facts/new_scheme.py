"""A way to authenticate that no description mentions, and that the API showed to be wanted."""

from pydantic import JsonValue

from ..models.profile import ApiProfile, AuthScheme, Evidence
from .units.auth import credentials_of

MOST = 3
"""Schemes that are added to one API."""


def with_scheme(profile: ApiProfile, name: str, value: JsonValue) -> ApiProfile:
    """The profile with a scheme of this name taken by every operation that is described to need none.

    The credential may be left out, since nobody says which of them need it. A profile that has the scheme stays as it is, and so
    does one for which `value` does not say whole where the key goes.
    """
    if not isinstance(value, dict) or not {"kind", "location", "parameter"} <= set(value):
        return profile
    added = sum(scheme.evidence.known_by == "observed" for scheme in profile.auth)
    if any(scheme.name == name for scheme in profile.auth) or added >= MOST:
        return profile
    evidence = Evidence(pointer="#", rule="The API refuses what comes without it.", known_by="observed")
    kind = value["kind"] if value["kind"] in ("bearer", "basic") else "api_key"
    scheme = AuthScheme(name=name, kind=kind, evidence=evidence)
    scheme = scheme.model_copy(update={"credentials": credentials_of(profile, scheme)})
    operations = {
        key: operation if operation.security else operation.model_copy(update={"security": ((name,), ())})
        for key, operation in profile.operations.items()
    }
    return profile.model_copy(update={"auth": (*profile.auth, scheme), "operations": operations})
