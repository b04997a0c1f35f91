"""Whether the arguments of a prompt fit; the SDK answers a wrong one with an internal error."""

import inspect
from collections.abc import Iterable
from difflib import get_close_matches

from .registry import PROMPTS


def misfit(prompt: str, given: Iterable[str]) -> str | None:
    """What is wrong with a request for a prompt, in words; None where nothing is."""
    known = {function.__name__: inspect.signature(function).parameters for function, _ in PROMPTS}
    if prompt not in known:
        return f"There is no prompt {prompt!r}; there are {' and '.join(known)}."
    given = set(given)
    parameters = known[prompt]
    for name in sorted(given - set(parameters)):
        near = get_close_matches(name, parameters, n=1, cutoff=0.5)
        guess = f" Did you mean {near[0]}?" if near else ""
        return f"{prompt} has no argument {name!r}.{guess} Its arguments are {' and '.join(parameters)}."
    missing = [p.name for p in parameters.values() if p.default is p.empty and p.name not in given]
    if missing:
        return f"{prompt} needs {' and '.join(missing)}."
    return None
