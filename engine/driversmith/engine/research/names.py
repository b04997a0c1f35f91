"""Names out of untrusted text: identifiers, singulars, and the bare letters by which spellings are compared."""

import re
import unicodedata
from collections.abc import Container
from functools import lru_cache

from ..contract.naming import is_usable_identifier

_BOUNDARY = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@lru_cache(maxsize=4096)
def bare(name: str) -> str:
    """A name without case and punctuation, for comparing spellings: `page[size]`, `pageSize`, `page_size` are one."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def ascii_name(name: str) -> str:
    """A name reduced to ASCII letters, digits and `_`, its spelling kept otherwise."""
    folded = unicodedata.normalize("NFKD", name[:400]).encode("ascii", "ignore").decode()
    return re.sub(r"_{2,}", "_", re.sub(r"[^A-Za-z0-9]+", "_", folded)).strip("_")


@lru_cache(maxsize=4096)
def snake_case(name: str) -> str:
    """`listPets`, `pets.list` and `HTMLPage` as `list_pets`, `pets_list` and `html_page`; may be empty."""
    return ascii_name(_BOUNDARY.sub("_", ascii_name(name))).lower()


def shortened(name: str, length: int) -> str:
    """A name of at most `length` characters, cut between words where that loses little."""
    if len(name) <= length:
        return name
    cut = name[:length]
    at = cut.rfind("_")
    return (cut[:at] if at > length // 2 else cut).rstrip("_")


def unique(name: str, taken: Container[str], length: int) -> str:
    """The name, or the name with the first of `_2`, `_3`, ... that is free."""
    if name not in taken:
        return name
    count = 2
    while (candidate := f"{shortened(name, length - len(str(count)) - 1)}_{count}") in taken:
        count += 1
    return candidate


def as_identifier(name: str, *, before_digit: str) -> str:
    """A usable Python identifier: `before_digit` stands before a leading digit, a keyword gets a trailing `_`."""
    if name[:1].isdigit():
        name = before_digit + name
    return name if is_usable_identifier(name) else f"{name}_"


def singular(noun: str) -> str:
    """The bare singular of an English noun, good enough for comparing: `Categories` -> `category`."""
    word = bare(noun)
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes", "zes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) else word
