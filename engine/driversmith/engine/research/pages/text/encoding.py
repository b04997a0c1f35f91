"""The text of a page's bytes, in the encoding that it declares."""

import codecs
import re

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CHARSET = re.compile(rb"""charset\s*=\s*["']?\s*([\w.:+-]{1,40})""", re.IGNORECASE)
_HEAD_BYTES = 4096
_AS_BROWSERS_READ = {"iso-8859-1": "cp1252", "latin-1": "cp1252", "us-ascii": "cp1252", "utf-16": "utf-8"}
"""What browsers read where a page names the key: a page that says in ASCII that it is UTF-16 is not."""


def page_source(content: bytes, content_type: str = "") -> str:
    """The text of a page: its byte order mark counts first, then the header, then its own `meta`, else UTF-8, and what is
    no UTF-8 is Windows-1252. Bytes that fit nothing become replacement characters."""
    for mark, name in _MARKS:
        if content.startswith(mark):
            return content[len(mark) :].decode(name, "replace")
    for declaration in (content_type.encode("ascii", "replace"), content[:_HEAD_BYTES]):
        if (found := _CHARSET.search(declaration)) and (encoding := _known(found[1].decode("ascii"))):
            return content.decode(encoding, "replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        cut_off = error.reason == "unexpected end of data"
        return content.decode("utf-8" if cut_off else "cp1252", "replace")


def _known(name: str) -> str | None:
    try:
        encoding = codecs.lookup(name).name
        "".encode(encoding)
    except (LookupError, ValueError, TypeError):
        return None
    if encoding in ("idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "utf-7"):
        return None
    return _AS_BROWSERS_READ.get(encoding, _AS_BROWSERS_READ.get(name.lower(), encoding))
