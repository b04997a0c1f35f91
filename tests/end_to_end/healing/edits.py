"""Edits of right files: how a model gets them wrong."""

from collections.abc import Callable

Edit = Callable[[str], str]

PETS = '        return self.read("pets", limit=limit)\n'
"""What the client's own method does."""
LIST = '        return [{"name": name} for name in super().list_objects()]\n'
FIRST_PAGE = """\
        page = next(super().read_batched(object_name, **params), [])
        return page[:limit]
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


def both(one: Edit, other: Edit) -> Edit:
    """One edit after the other."""
    return lambda text: other(one(text))


def lists_objects(body: str) -> Edit:
    """An edit that has the client list its objects in its own way."""
    head = "    def list_objects(self) -> list[str]:\n"
    return add(f'\n{head}        """Tiny has no way to ask for them."""\n{body}')


def reads(body: str) -> Edit:
    """An edit that has the client read in its own way."""
    head = "    def read(self, object_name: str, *, limit: int | None = None, **params: object) -> list[Record]:\n"
    return add(f'\n{head}        """The envelope of Tiny is its own."""\n{body}')


lists_dicts = lists_objects(LIST)
"""`list_objects` gives dicts: the validator sees it."""
reads_one_page = reads(FIRST_PAGE)
"""`read` stops after a page: only the run against a server shows it."""
