"""A way to authenticate that no description mentions, and that the API showed to be wanted."""

from pydantic import JsonValue

from ..contract.naming import driver_names
from ..models.profile import ApiProfile, AuthScheme, Credential, Evidence

MOST = 3
"""Schemes that are added to one API."""


def with_scheme(profile: ApiProfile, name: str, value: JsonValue) -> ApiProfile:
    """The profile with a scheme of this name, a key, taken by every operation that is described to need none.

    The key may be left out, since nobody says which of them need it. A profile that has the scheme stays as it is, and so
    does one for which `value` does not say whole where the key goes.
    """
    if not isinstance(value, dict) or not {"kind", "location", "parameter"} <= set(value):
        return profile
    added = sum(scheme.evidence.known_by == "observed" for scheme in profile.auth)
    if any(scheme.name == name for scheme in profile.auth) or added >= MOST:
        return profile
    taken = {credential.argument for scheme in profile.auth for credential in scheme.credentials}
    argument = next(a for a in ("api_key", *(f"api_key_{n}" for n in range(2, 1_000))) if a not in taken)
    credential = Credential(argument=argument, env=driver_names(profile.api_name).env(argument), scheme=name)
    evidence = Evidence(pointer="#", rule="The API refuses what comes without it.", known_by="observed")
    scheme = AuthScheme(name=name, kind="api_key", credentials=(credential,), evidence=evidence)
    operations = {
        key: operation if operation.security else operation.model_copy(update={"security": ((name,), ())})
        for key, operation in profile.operations.items()
    }
    return profile.model_copy(update={"auth": (*profile.auth, scheme), "operations": operations})
