"""What the engine says in the words of tools, in those of the command line."""

import re
from collections.abc import Callable, Sequence

_Said = tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]


def _names(found: re.Match[str]) -> str:
    return "--objects " + ",".join(re.findall(r"[\w.-]+", found[1])) if re.search(r"\w", found[1]) else "--objects A,B"


_TOOLS: Sequence[_Said] = (
    (re.compile(r"get_session with view=\w+"), "the driver's README"),
    (re.compile(r"get_session\(view='?\"?\w+'?\"?\)"), "`driversmith show SESSION`"),
    (re.compile(r'get_session\(session_id="([^"]+)"[^)]*\)'), r"`driversmith show \1`"),
    (re.compile(r"\bget_session\b"), "`driversmith show SESSION`"),
    (re.compile(r"\bread_records\b"), "`driversmith read`"),
    (re.compile(r"\bcancel_session\b"), "`driversmith cancel SESSION`"),
    (re.compile(r"\bgenerate_driver_supervised\b"), "`driversmith generate`"),
    (re.compile(r"\bvalidate_file\b"), "`driversmith validate`"),
)
_ARGUMENTS: Sequence[_Said] = (
    (re.compile(r', or use engine="host" or engine="template"'), ", or use --engine template"),
    (re.compile(r"allow more time \(time_limit_seconds\)"), "name fewer objects (--objects)"),
    (re.compile(r"Give a larger time_limit_seconds, or (\w)"), lambda found: found[1].upper()),
    (re.compile(r"\bobjects=\[([^\]]*)\]"), _names),
    (re.compile(r"\((live|fresh|objects|spec|engine)\)"), r"(--\1)"),
    (re.compile(r'\b(engine|live)="?(\w+)"?'), r"--\1 \2"),
    (re.compile(r"\bfresh=(?:true|True)"), "--fresh"),
    (re.compile(r"\b(with|give|unless|pass) `?fresh`?(?!\w)"), r"\1 --fresh"),
    (re.compile(r"`spec`|\b(?<!-)spec(?=[ .,;:)]|$)"), "--spec"),
    (re.compile(r"\b(Give|as) (server|auth)\b"), r"\1 --\2"),
    (re.compile(r"\boutput_dir\b"), "--output"),
    (re.compile(r"\bbudget_usd\b"), "--budget"),
    (re.compile(r"\b(leave|leaving) objects out\b"), r"\1 --objects out"),
    (re.compile(r"\bapi_url\b"), "URL"),
    (re.compile(r"\bapi_name\b"), "NAME"),
)


def for_a_command_line(text: str, *, session_id: str = "") -> str:
    """The text with options and commands in the place of arguments and tools."""
    for pattern, said in (*_TOOLS, *_ARGUMENTS):
        text = pattern.sub(said, text)
    return text.replace(" SESSION`", f" {session_id}`") if session_id else text
