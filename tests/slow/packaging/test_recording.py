"""The picture of the README is made anew by its command."""

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from ...packaging.documented import ROOT
from ...packaging.test_commands import assert_picture
from ...patience import LONG


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_the_recording_is_made_of_what_a_terminal_shows(tmp_path: Path) -> None:
    out = tmp_path / "made.svg"
    subprocess.run([sys.executable, str(ROOT / ".ci/record"), "--out", str(out)], check=True, timeout=LONG)
    assert_picture(out)
    texts = ElementTree.parse(out).getroot().findall(".//{*}text")  # noqa: S314  we made it
    assert len(texts) > 60
    styles = "".join(out.read_text("utf-8").split("<style>")[1:])
    assert all(text.attrib["style"].removeprefix("animation-name:") + "{" in styles for text in texts)
