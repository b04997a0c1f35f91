"""URLs that would do something: never asked, since a GET with side effects is still a deed."""

import re
from urllib.parse import parse_qsl, unquote, urlsplit

_VERBS = frozenset(
    word
    for line in (
        "abort accept ack acknowledge activate add approve archive assign ban block buy call cancel charge checkin",
        "checkout claim clear clone close commit complete confirm consume copy create deactivate decline decrement",
        "deploy deposit destroy delete disable dismiss dispatch drop edit eject empty enable end erase exec execute exit",
        "expire export fire flush follow force forget generate grant halt hit import increment init initialize insert",
        "install invalidate invite",
        "invoke join kick kill leave lock login logoff logout mark merge migrate move mute notify open order overwrite",
        "patch pause pay play pop post prune publish pull purchase purge push put quit reboot rebuild recompute redeem",
        "refresh refund regenerate register reindex reject reload remove rename renew reopen replace replay reply report",
        "request reset resend resolve restart restore resume retry revert revoke rollback rotate run save schedule send set share",
        "shorten shutdown sign signin signoff signout signup skip start stop submit subscribe suspend switch sync terminate",
        "toggle touch transfer trash trigger truncate turn unban undelete undo unfollow uninstall unlock unmute unpublish",
        "unregister unset unsubscribe update upgrade upload upsert vote wakeup wipe withdraw write zap",
    )
    for word in line.split()
)
"""Exact words, in lower case: `updates` and `posts` are things, `update` and `post` are deeds."""
_ALSO_NOUNS = frozenset(
    word
    for line in (
        "archive block call charge close complete copy deposit drop edit empty end export grant hit import live lock merge",
        "open order pay play post purchase push refund release replay reply report request run schedule set share sign",
        "start stop sync transfer trash trigger turn update upgrade vote",
    )
    for word in line.split()
)
"""Verbs that are a noun or an adjective where another word stands beside them: `work-order`, `open-cases`."""
_COLLECTIONS = frozenset(
    word
    for line in (
        "archive deposit export merge order post purchase refund release reply report request schedule share",
        "transfer update vote",
    )
    for word in line.split()
)
"""Of these, those that are the name of a collection where one is listed: `GET /order`."""
CHOOSING = frozenset(
    {
        "action",
        "cmd",
        "command",
        "do",
        "method",
        "op",
        "operation",
        "task",
        "act",
        "event",
        "f",
        "fn",
        "func",
        "function",
    }
)
"""Query parameters whose values may be deeds."""
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def asks_for_action(url: str, *, below: str = "", listed: bool = False) -> bool:
    """Whether a URL or path holds a verb of action, in a segment beyond the path `below` (which somebody typed) or in the
    value of a query parameter that chooses what is done.

    `listed`: a page or a root lists it as something to GET, so that a noun at its end (`/order`, `/post`), below nothing that has
    to be filled in, is a collection. Placeholders (`{delete}`) are names.
    """
    parts = urlsplit(url)
    path = parts.path.removeprefix(below.rstrip("/")) if below else parts.path
    segments = [unquote(segment) for segment in path.split("/") if segment]
    if listed and segments and segments[-1].lower() in _COLLECTIONS and not any("{" in part for part in segments):
        segments.pop()
    if any(_is_deed(part) for segment in segments if "{" not in segment for part in segment.split(".")):
        return True
    return any(
        _is_deed(name) or (name.lower() in CHOOSING and _is_deed(value))
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
    )


def _is_deed(segment: str) -> bool:
    """Whether a segment is a verb, or begins or ends with one: `delete`, `deleteAll`, `ship-remove`."""
    words = [word.lower() for word in _WORDS.findall(segment)]
    if len(words) < 2:
        return bool(words) and words[0] in _VERBS
    if "".join(words) in _VERBS:  # sign-out
        return True
    return any(word in _VERBS and word not in _ALSO_NOUNS for word in (words[0], words[-1]))
