"""Names of headers that may and may not be given."""

import re

from ...models.profile import ApiProfile
from ..refused import RefusedError, shown

NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")
VALUE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,998}[\x21-\x7e])?")
_CREDENTIAL = re.compile(
    r"auth|cookie|token|secret|password|passwd|signature|session|credential|(?:\A|[-_])(?:api|app|access)?[-_]?key\Z",
    re.IGNORECASE,
)
_TRANSPORT = frozenset(
    {"host", "content-length", "content-type", "content-encoding", "transfer-encoding", "connection", "keep-alive"}
    | {"upgrade", "te", "trailer", "expect", "range", "location", "forwarded", "x-forwarded-host", "x-forwarded-for"}
    | {"accept-encoding", "x-http-method-override", "x-original-url", "x-rewrite-url", "via"}
)
"""Headers that say where a request goes, or how it is read: the driver's transport's own."""


def check_sent(profile: ApiProfile, name: str) -> None:
    """Whether a fact may have a header of this name sent.

    Raises:
        RefusedError: it is no name, a credential's, or the transport's.
    """
    if not NAME.fullmatch(name):
        raise RefusedError(f"{shown(name)} is no name of a header; one is X-Api-Version.")
    if name.lower() == "accept":
        raise RefusedError("Accept follows from /operations/<operation>/media_type: correct that.")
    keys = {s.parameter.lower() for s in profile.auth if s.location == "header"}
    if name.lower() in keys or _CREDENTIAL.search(name):
        raise RefusedError(
            f"{name} would carry a credential, and no fact does: correct /auth/<scheme> where one goes elsewhere;"
            " its value comes from the caller."
        )
    if name.lower() in _TRANSPORT:
        raise RefusedError(f"{name} belongs to the transport; give a header of the API's own, such as X-Api-Version.")
