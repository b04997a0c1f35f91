"""Drivers that do not import, or die: it is said to be their fault, and of which kind."""

from pathlib import Path

from ...conformance import by_name, expect_equal, expect_error, variants
from ...errors import SandboxError
from ..port import Sandbox
from .subject import WHOLE_OS, Check, a_project, constructed, opened


async def a_package_that_does_not_import_is_said_to_be_at_fault(
    sandbox: Sandbox, folder: Path, *, source: str, said: str
) -> None:
    """The sandbox works; it is the driver that has to be mended."""
    with expect_error("Opening a package that does not import", SandboxError, saying=said) as caught:
        async with opened(sandbox, a_project(folder, source)):
            pass
    expect_equal("The code of that error", caught.error.code, "validation_failed")


async def a_child_that_dies_in_a_call_is_an_error_and_stays_one(sandbox: Sandbox, folder: Path) -> None:
    """A dead child does not come back as an empty answer."""
    source = f"""{WHOLE_OS}
class Driver:
    def die(self):
        print('last words')
        os._exit(0)
"""
    async with opened(sandbox, a_project(folder, source)) as child:
        await constructed(child)
        for what in ("A call in which the child dies", "A call of a dead child"):
            with expect_error(what, SandboxError, saying="exit code 0"):
                await child.call("d", "die")


_BROKEN = {
    "a module that is not there": {"source": "import no_such_module_httpx2", "said": "no_such_module_httpx2"},
    "an exception": {"source": "raise RuntimeError('broken at import')", "said": "broken at import"},
    "no class": {"source": "x = 1", "said": "Driver"},
    "leaving": {"source": "import httpx2\nclass Driver: pass\nraise SystemExit(0)", "said": "SystemExit"},
    "no Python": {"source": "def f(:", "said": "a_driver/__init__.py"},
    "a forbidden module": {"source": "x = 1\nimport subprocess", "said": "a_driver/__init__.py:2"},
    "a forbidden member": {"source": "import os\nos._exit(0)", "said": "a_driver/__init__.py:2"},
    "dying": {"source": f"{WHOLE_OS}os._exit(0)", "said": "exit code 0"},
}

CHECKS: dict[str, Check] = variants(a_package_that_does_not_import_is_said_to_be_at_fault, _BROKEN) | by_name(
    a_child_that_dies_in_a_call_is_an_error_and_stays_one
)
