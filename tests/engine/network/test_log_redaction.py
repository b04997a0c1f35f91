"""The log of the process is written without secrets."""

import io
import logging
from collections.abc import Generator

import pytest
from driversmith.engine.network.log_redaction import clean_logs
from driversmith.engine.network.redaction import REDACTED, Redactor


@pytest.fixture
def log() -> Generator[io.StringIO]:
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
    logging.getLogger().addHandler(handler)
    yield written
    logging.getLogger().removeHandler(handler)


def test_messages_arguments_and_tracebacks_are_redacted_while_the_block_runs(log: io.StringIO) -> None:
    logger = logging.getLogger("somebody.else")
    redactor = Redactor(["s3cret-value"])
    with clean_logs(redactor):
        logger.error("with %s", "s3cret-value")
        redactor.learn(["learnt-later"])
        try:
            raise ValueError("s3cret-value, learnt-later")
        except ValueError:
            logger.exception("it failed")
    logger.error("and after: %s", "s3cret-value")
    said = log.getvalue()
    assert said.startswith(f"ERROR with {REDACTED}\nERROR it failed\nTraceback")
    assert f"ValueError: {REDACTED}, {REDACTED}\n" in said
    assert said.endswith("ERROR and after: s3cret-value\n")
