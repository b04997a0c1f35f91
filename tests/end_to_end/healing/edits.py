"""Edits of right files: how a model gets them wrong."""

from collections.abc import Callable

Edit = Callable[[str], str]

LISTED = "        return list(OBJECTS)\n"
READ = "        return [record for page in found for record in page]\n"
DICTS = '        return [{"name": name} for name in OBJECTS]\n'
FIRST_PAGE = """\
        body = self.call_endpoint("GET", "/pets", params={"page": 1, **params})
        return list(body["data"])[:limit]
"""


def put(old: str, new: str) -> Edit:
    """An edit of the one place where `old` stands."""

    def edit(text: str) -> str:
        assert text.count(old) == 1, (text.count(old), old)
        return text.replace(old, new)

    return edit


def add(lines: str) -> Edit:
    """An edit that adds lines at the end."""
    return lambda text: text + lines


lists_dicts = put(LISTED, DICTS)
"""`list_objects` gives dicts: the validator sees it."""
reads_one_page = put(READ, FIRST_PAGE)
"""`read` stops after a page: only the run against a server shows it."""
