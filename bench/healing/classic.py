"""The validator that this kind of system had: it compiles, and looks for a signature and a few words."""

import re

_WORDS = ("TODO", "FIXME", "placeholder", "NotImplementedError")
_FENCE = re.compile(r"```[a-z]*\n(.*?)```", re.DOTALL)


def unfenced(answer: str) -> str:
    """The file in an answer: the first fence, or all of it."""
    found = _FENCE.search(answer)
    return found[1] if found else answer


def classic_errors(path: str, text: str) -> list[str]:
    """What it says of a file. A line that is only `...` counts, not every `...`, which would flag any doctest."""
    if not path.endswith(".py"):
        return [f"{word} found in the file" for word in _WORDS if word in text]
    errors = [f"{word} found in the file" for word in _WORDS if word in text]
    errors += ["placeholder code '...' found"] * any(line.strip() == "..." for line in text.splitlines())
    try:
        compile(text, path, "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as error:
        errors.append(f"{type(error).__name__}: {error}")
    if path.endswith("/client.py"):
        if "(DriverBase):" not in text:
            errors.append("the client must be declared as a class that inherits from DriverBase")
        if re.search(r"def list_objects[^#]*?return \[\s*\{", text, re.DOTALL):
            errors.append("list_objects must return names, not dictionaries")
    return errors
