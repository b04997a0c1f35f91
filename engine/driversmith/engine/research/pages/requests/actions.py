"""Requests that do something although they are GETs: never asked without a person."""

import re

_VERBS = frozenset({
    "accept", "activate", "add", "apply", "approve", "ban", "block", "buy", "cancel", "charge", "checkout",
    "clear", "clone", "close", "confirm", "copy", "create", "deactivate", "decline", "delete", "destroy",
    "disable", "drop", "edit", "enable", "execute", "expire", "export", "flush", "forget", "generate", "grant",
    "hit", "import", "increment", "decrement", "insert", "install", "invite", "join", "kick", "kill", "leave",
    "lock", "login", "logout", "logoff", "mark", "merge", "move", "mute", "open", "order", "pay", "play",
    "post", "publish", "purge", "put", "reboot", "refresh", "register", "reject", "remove", "rename", "renew",
    "replace", "report", "request", "reset", "resend", "restart", "restore", "retry", "revoke", "rotate", "run",
    "save", "send", "set", "shorten", "shutdown", "signin", "signout", "signup", "sign-in", "sign-out",
    "sign-up", "start", "stop", "submit", "subscribe", "suspend", "sync", "terminate", "toggle", "touch",
    "transfer", "trigger", "unban", "unblock", "undo", "unlock", "unmute", "unpublish", "unsubscribe", "update",
    "upgrade", "upload", "vote", "wipe", "write",
})  # fmt: skip
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_SAFE_BESIDE = frozenset({
    "get", "list", "show", "find", "search", "count", "view", "read", "fetch", "status", "history", "stats",
    "statistics", "latest", "top",
})  # fmt: skip
"""A verb beside one of these is what is asked about: `order-status`, `post_list`."""
CHOOSING = frozenset(
    ("action", "cmd", "command", "do", "method", "op", "operation", "f", "fn", "func", "function", "act")
)
"""Query parameters whose values choose what is done."""


def holds_action(path: str, query: tuple[tuple[str, str | None], ...] = ()) -> bool:
    """Whether a segment of a path, or the value of a query parameter that chooses what is done, is a verb of action."""
    return any(_is_deed(part) for part in path.split("/") if part and "{" not in part) or any(
        _is_deed(value) for name, value in query if value and name.lower() in CHOOSING
    )


def _is_deed(segment: str) -> bool:
    words = [word.lower() for word in _WORDS.findall(segment.partition(".")[0])]
    if not words or segment.lower() in _VERBS:
        return bool(words)
    return words[0] in _VERBS and not any(word in _SAFE_BESIDE for word in words)
