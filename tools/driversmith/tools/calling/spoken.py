"""Words for arguments that do not fit: unknown ones, missing ones, wrong ones."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError

SHOWN = 80
NAMED = 5
"""Unknown arguments that are named one by one."""

Schema = Mapping[str, Any]


def unknown_arguments(tool: str, given: Iterable[str], known: Iterable[str]) -> str | None:
    """A sentence on the arguments that a tool does not have, naming the nearest that it has; None where all are known."""
    from difflib import get_close_matches

    known = list(known)
    unknown = [name for name in given if name not in known]
    if not unknown:
        return None
    sentences: list[str] = []
    for name in unknown[:NAMED]:
        near = get_close_matches(name[:SHOWN].lower(), known, n=1, cutoff=0.5)
        guess = f" Did you mean {near[0]}?" if near else ""
        sentences.append(f"{tool} has no argument {_shown(name)}.{guess}")
    if len(unknown) > NAMED:
        sentences.append(f"Nor has it {len(unknown) - NAMED} others that you gave.")
    return " ".join([*sentences, f"Its arguments are {_listed(known, 'and')}."])


def wrong_arguments(tool: str, error: ValidationError, schema: Schema) -> str:
    """What each argument must be, and what was given instead, a sentence for each."""
    properties: Schema = schema.get("properties", {})
    definitions: Schema = schema.get("$defs", {})
    missing = [str(e["loc"][0]) for e in error.errors() if e["type"] == "missing" and len(e["loc"]) == 1]
    sentences: list[str] = []
    if missing:
        needed = _listed(schema.get("required", []), "and")
        sentences.append(
            f"{_listed(missing, 'and')} {'is' if len(missing) == 1 else 'are'} missing; {tool} needs {needed}."
        )
    spoken: set[str] = set()
    for fault in error.errors():
        name = str(fault["loc"][0]) if fault["loc"] else ""
        if (fault["type"] == "missing" and name in missing) or name in spoken or name not in properties:
            continue
        spoken.add(name)
        given = fault["input"] if len(fault["loc"]) == 1 else _whole(error, name)
        reason = f" ({fault['msg'].removeprefix('Value error, ')})" if fault["type"] == "value_error" else ""
        sentences.append(f"{name} must be {expected(properties[name], definitions)}; you gave {_shown(given)}{reason}.")
    return " ".join(sentences) or f"{tool} cannot use these arguments: {error.errors()[0]['msg']}."


def expected(schema: Schema, definitions: Schema) -> str:
    """A JSON schema in words: `a number from 0 to 600`."""
    if "$ref" in schema:
        schema = definitions.get(str(schema["$ref"]).rpartition("/")[2], {})
    if "anyOf" in schema:
        choices = [expected(s, definitions) for s in schema["anyOf"] if s.get("type") != "null"]
        return _listed(list(dict.fromkeys(choices)), "or")
    if "enum" in schema:
        return f"one of {_listed([str(v) for v in schema['enum']], 'or')}"
    kind = schema.get("type")
    if kind in {"integer", "number"}:
        return _number("a whole number" if kind == "integer" else "a number", schema)
    if kind == "string":
        return _text(schema)
    if kind == "array":
        most = f"at most {schema['maxItems']} " if "maxItems" in schema else ""
        return f"a list of {most}{_plural(expected(schema.get('items', {}), definitions))}"
    return {"boolean": "true or false", "object": "an object of names and values"}.get(str(kind), "something else")


def _number(words: str, schema: Schema) -> str:
    low, high = schema.get("minimum"), schema.get("maximum")
    above = schema.get("exclusiveMinimum")
    if above is not None:
        return f"{words} above {above:g}" + (f", at most {high:g}" if high is not None else "")
    if low is not None and high is not None:
        return f"{words} from {low:g} to {high:g}"
    if low is not None:
        return f"{words}, at least {low:g}"
    return f"{words}, at most {high:g}" if high is not None else words


def _text(schema: Schema) -> str:
    low, high = schema.get("minLength"), schema.get("maxLength")
    if high is not None:
        return f"a text of {'up to' if not low else f'{low} to'} {high} characters"
    return "a text that is not empty" if low else "a text"


def _plural(words: str) -> str:
    return "texts" if words.startswith("a text") else words.removeprefix("a ").removeprefix("an ") + "s"


def _listed(words: list[str], conjunction: str) -> str:
    if len(words) < 2:
        return "".join(words) or "none"
    return f"{', '.join(words[:-1])} {conjunction} {words[-1]}"


def _whole(error: ValidationError, name: str) -> Any:
    """The value given for an argument some part of which is wrong."""
    inputs = [e["input"] for e in error.errors() if e["loc"] and e["loc"][0] == name]
    return inputs[0] if len(inputs) == 1 else inputs


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 3]}..."
