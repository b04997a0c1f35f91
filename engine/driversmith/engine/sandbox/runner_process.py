"""The process that runs runner.py, with the folder that it works in: started, and ended with all that it left."""

import os
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import anyio
import anyio.to_thread
from anyio.abc import Process

from ..errors import SandboxUnavailableError
from .doorway import Doorway
from .launching import Launch
from .process_tree import kill_tree, own_group

RUNNER = Path(__file__).with_name("runner.py")
AHEAD = ("httpx2", "httpcore2")
"""What every driver imports: the longest part of a child's start."""


@dataclass(frozen=True)
class RunnerProcess:
    """A runner that waits for its set-up."""

    process: Process
    folder: Path
    launch: Launch
    doorway: Doorway
    door: int | None
    """The descriptor by which the child asks for connections, where it has one."""

    @classmethod
    async def start(cls, python: str, launch: Launch, *, ahead: bool = False) -> Self:
        """Start one in this way; `ahead` of its use it imports what every driver does.

        Raises:
            SandboxUnavailableError: no process can be started.
        """
        folder = Path(tempfile.mkdtemp(prefix="driversmith-child-"))
        doorway = Doorway()
        try:
            work = _make(folder / "work")
            with (folder / "stderr.txt").open("wb") as stderr:
                process = await anyio.open_process(
                    [
                        *launch.command(work),
                        *(python, "-I", "-B", "-X", "utf8", str(RUNNER)),
                        *(AHEAD if ahead else ()),
                    ],
                    stderr=stderr,
                    cwd=work,
                    env=_environment(launch.home or work),
                    pass_fds=doorway.descriptors,
                    **own_group(),
                )
        except BaseException as error:
            doorway.close()
            shutil.rmtree(folder, ignore_errors=True)
            if isinstance(error, OSError):
                raise SandboxUnavailableError(f"No child process can be started: {error}.") from error
            raise
        descriptor = next(iter(doorway.descriptors), None)
        doorway.child_has_its_end()
        return cls(process, folder, launch, doorway, descriptor)

    @property
    def errors(self) -> Path:
        """The file of what it prints."""
        return self.folder / "stderr.txt"

    async def end(self) -> None:
        """Kill it with everything that it started, and remove its folder."""
        with anyio.CancelScope(shield=True):
            self.doorway.close()
            kill_tree(self.process)
            await self.process.aclose()
            await anyio.to_thread.run_sync(lambda: shutil.rmtree(self.folder, ignore_errors=True))


def _environment(work: str) -> dict[str, str]:
    """All that the child learns of this process' environment.

    The child speaks without TLS, so its store of certificates is an empty folder, which also saves 35 ms of CPU a client.
    """
    home = str(Path(work) / "home")
    variables = {"PATH": os.defpath, "LANG": "C.UTF-8", "HOME": home, "TMPDIR": home, "TEMP": home, "TMP": home}
    variables["SSL_CERT_DIR"] = str(Path(work) / "certificates")
    if sys.platform == "win32":
        variables["SYSTEMROOT"] = os.environ.get("SYSTEMROOT", r"C:\Windows")
    return variables


def _make(folder: Path) -> str:
    folder.mkdir()
    return str(folder)
