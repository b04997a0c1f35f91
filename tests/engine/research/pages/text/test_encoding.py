"""Pages in the encodings that they declare."""

import pytest
from driversmith.engine.research.pages.text.encoding import page_source


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ("héllo".encode(), ""),
        ("héllo".encode("latin-1"), "text/html; charset=ISO-8859-1"),
        (b'<meta charset="windows-1252">' + "héllo".encode("cp1252"), "text/html"),
        (b"\xff\xfe" + "héllo".encode("utf-16-le"), "text/html; charset=utf-8"),
        (b"\xef\xbb\xbf" + "héllo".encode(), ""),
        ("héllo".encode("cp1252"), ""),
        ("héllo".encode(), "text/html; charset=no-such-thing"),
        ("héllo".encode(), 'text/html; charset="utf-8"'),
    ],
)
def test_a_page_is_read_as_it_says(content: bytes, kind: str) -> None:
    assert page_source(content, kind).endswith("héllo")


def test_a_page_that_is_cut_within_a_letter_stays_what_it_is() -> None:
    assert page_source("çé".encode()[:-1]) == "ç\ufffd"
