"""Which paths of the user's a tool may touch.

Over stdio the server runs as the user: any absolute path with a known suffix may be read. Over HTTP only configured
roots count, links resolved. Arguments say what they are by a marker: `Annotated[str, ReadPath()]`.
"""

from dataclasses import dataclass, replace
from pathlib import Path

from driversmith.engine.models.principal import LOCAL, Principal
from mcp.server.mcpserver.exceptions import ToolError

READABLE_SUFFIXES = frozenset({".py", ".json", ".yaml", ".yml", ".toml", ".md", ".txt"})
EXAMPLE = "C:\\drivers" if Path().absolute().drive else "/home/me/drivers"


@dataclass(frozen=True)
class ReadPath:
    """Marks an argument that names a file to read."""

    suffixes: frozenset[str] = READABLE_SUFFIXES
    """The kinds of files that the argument can be, in lower case."""
    or_url: bool = False
    """An http(s) URL may stand there instead."""
    relative_with: frozenset[str] = frozenset()
    """With one of these arguments given, the path may be relative: a label, or below a folder that is checked itself."""


@dataclass(frozen=True)
class FolderPath:
    """Marks an argument that names a folder to read or write below."""


Marker = ReadPath | FolderPath


@dataclass(frozen=True)
class UserPaths:
    """The policy of one server; `roots` None means that the server runs as the user (stdio)."""

    roots: tuple[Path, ...] | None = None
    principals_dir: Path | None = None
    """Below it each principal but the local user has a folder, which is theirs whatever the roots are."""
    own: Path | None = None
    """The folder of whom the policy is for."""

    def of(self, principal: Principal) -> "UserPaths":
        """The policy for a principal."""
        if self.roots is None or self.principals_dir is None or principal == LOCAL:
            return self
        return replace(self, own=self.principals_dir / principal.folder)

    def check(self, argument: str, value: str, marker: Marker, given: frozenset[str]) -> None:
        """Let the path through, or say what to change.

        Raises:
            ToolError: the path is relative, of an unknown kind, or outside the configured roots.
        """
        path = Path(value)
        if isinstance(marker, ReadPath):
            if marker.or_url and value.lower().startswith(("http://", "https://")):
                return
            if marker.relative_with & given and not path.is_absolute():
                return
        if "\0" in value:
            raise ToolError(f"{argument} holds a NUL character.")
        if not path.is_absolute():
            kind = (
                "an http(s) URL or an absolute path"
                if isinstance(marker, ReadPath) and marker.or_url
                else "an absolute path"
            )
            raise ToolError(f"{argument} must be {kind}, such as {EXAMPLE}; you gave {value!r}.")
        if isinstance(marker, ReadPath) and path.suffix.lower() not in marker.suffixes:
            known = " ".join(sorted(marker.suffixes))
            raise ToolError(f"{argument} must name a file of a known kind ({known}); you gave {value!r}.")
        self._check_roots(argument, path)

    def _check_roots(self, argument: str, path: Path) -> None:
        if self.roots is None:
            return
        resolved = path.resolve()
        if self.own is not None and resolved.is_relative_to(self.own.resolve()):
            return
        if not self.roots:
            raise ToolError(
                f"{argument} is refused: over HTTP no path may be read or written until DRIVERSMITH_READ_ROOTS names "
                "folders for that. Set it where the server starts, or leave the argument out."
            )
        if self._is_anothers(resolved) or not any(resolved.is_relative_to(root.resolve()) for root in self.roots):
            raise ToolError(
                f"{argument} is refused: {str(path)!r} is outside the folders of DRIVERSMITH_READ_ROOTS. "
                "Use a path inside them, or have the person who runs the server add the folder."
            )

    def _is_anothers(self, resolved: Path) -> bool:
        """Whether a path that is not below the own folder lies where other principals have theirs."""
        folders = self.principals_dir if self.own is not None else None
        return folders is not None and resolved.is_relative_to(folders.resolve())
