"""FileWriter: a model writes the judgement files of a driver, the templates all others."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import cast

import anyio
from anyio import to_thread

from ..errors import FileGenerationError
from ..models.driver import DriverBundle, DriverFile
from ..models.findings import Finding
from ..models.report import FaultsOfFile
from ..validation.package import validate_package
from .assignment import Assignment
from .requests import FileRequests, client_path, judgement_files
from .write_file import Faulty, write_file


class FileWriter:
    """Has the judgement files of one attempt written and mended; those that do not depend on each other `in_parallel`."""

    def __init__(self, work: Assignment, *, in_parallel: bool = True) -> None:
        self._work = work
        self._in_parallel = in_parallel
        self._requests: FileRequests | None = None
        self._client = client_path(work.template.project)
        self._paths = judgement_files(work.template.project)
        self._written = {path: text for path, text in work.accepted.items() if path in self._paths}
        self._tries: dict[str, int] = {}
        self._failed: dict[str, frozenset[str]] = {}

    async def write(self) -> DriverBundle:
        """The driver with its client, the one file of these that a run can prove; it warms the prompt cache, too.

        Raises:
            FileGenerationError: it did not come right.
            ModelError, and whatever else `ask` raises.
        """
        if self._client not in self._written:
            await self._write(self._client, self._texts())
        return self._bundle()

    async def complete(self, bundle: DriverBundle) -> DriverBundle:
        """The whole driver: README and examples show the client of `bundle`.

        Raises:
            FileGenerationError: a file did not come right; those that did are its `accepted`.
            ModelError, and whatever else `ask` raises.
        """
        self._take_over(bundle)
        others = [path for path in self._paths if path not in self._written]
        failures = await self._write_all(others)
        for path in others:
            if path in failures:
                failures[path].accepted = dict(self._written)
                raise failures[path]
        return self._bundle()

    async def repair(self, bundle: DriverBundle, faults: FaultsOfFile) -> DriverBundle:
        """The driver with one file mended; all others stay as they are.

        Raises:
            FileGenerationError: the file did not come right; its `accepted` are the other files that a model wrote.
            ModelError, and whatever else `ask` raises.
        """
        self._take_over(bundle)
        texts = {file.path: file.text for file in bundle.files}
        text = self._written.pop(faults.path, None) or texts[faults.path]
        self._failed[faults.path] = self._failed.get(faults.path, frozenset()) | {text}
        faulty = Faulty(text=text, findings=faults.findings, behaviours=faults.behaviours)
        await self._write(faults.path, texts, faulty)
        return self._bundle()

    def _take_over(self, bundle: DriverBundle) -> None:
        """Go on from the files as they stand."""
        self._written = {path: bundle[path].text for path in self._paths if bundle[path].author != "template"}

    async def _write_all(self, paths: list[str]) -> dict[str, FileGenerationError]:
        """Write files that do not depend on each other, and say which failed."""
        texts = self._texts()
        if not paths:
            return {}
        await self._words()
        failures: dict[str, FileGenerationError] = {}

        async def write(path: str) -> None:
            try:
                await self._write(path, texts)
            except FileGenerationError as error:
                failures[path] = error  # the others may still pass, and are worth keeping

        if not self._in_parallel:
            for path in paths:
                await write(path)
            return failures
        try:
            async with anyio.create_task_group() as tasks:
                for path in paths:
                    tasks.start_soon(write, path)
        except ExceptionGroup as group:
            raise _first(group) from group
        return failures

    async def _write(self, path: str, texts: Mapping[str, str], faulty: Faulty | None = None) -> None:
        client = "" if path == self._client else texts[self._client]
        before = self._tries.get(path, 0)
        requests = await self._words()
        try:
            written = await write_file(
                path,
                files=texts,
                profile=self._work.profile,
                ask=self._work.ask,
                compose=lambda asking: requests.compose(asking, client),
                attempt=self._work.attempt,
                tries=max(1, self._work.max_retries),
                tried_before=before,
                faulty=faulty,
                rejected_before=self._failed.get(path, frozenset()),
                known=partial(self._known, texts, faulty.findings if faulty else ()),
                on_try=self._work.on_try,
            )
        except FileGenerationError as error:
            self._tries[path] = before + error.tries
            error.accepted = dict(self._written)
            raise
        self._tries[path] = before + written.tries
        self._written[path] = written.text

    async def _words(self) -> FileRequests:
        """Made once, in a thread: the facts of a large API take a tenth of a second."""
        if self._requests is None:
            make = partial(
                FileRequests,
                profile=self._work.profile,
                template=self._work.template,
                adjustments=self._work.adjustments,
            )
            self._requests = await to_thread.run_sync(make)
        return self._requests

    async def _known(self, texts: Mapping[str, str], to_mend: Sequence[Finding]) -> Sequence[Finding]:
        """What is wrong before a file is written, with the template's file or the one to mend in its place; but for what
        is `to_mend` by it."""
        found = (await validate_package(texts, profile=self._work.profile)).findings
        return [f for f in found if f not in to_mend]

    def _texts(self) -> dict[str, str]:
        return {file.path: self._written.get(file.path, file.text) for file in self._work.template.files}

    def _bundle(self) -> DriverBundle:
        """The template's driver with what was written in its place; the order of files stays."""
        files = tuple(
            DriverFile(path=file.path, text=self._written[file.path], author=self._work.author)
            if file.path in self._written
            else file
            for file in self._work.template.files
        )
        return self._work.template.model_copy(update={"files": files})


def _first(group: "ExceptionGroup[Exception]") -> Exception:
    """One of the errors that ended a task group: whoever waits for it expects it as it is."""
    error = group.exceptions[0]
    return _first(cast("ExceptionGroup[Exception]", error)) if isinstance(error, ExceptionGroup) else error
