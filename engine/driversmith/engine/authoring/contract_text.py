"""The driver contract as a model reads it, rendered from `contract.surface`, its one source."""

from ..contract.surface import (
    CAPABILITY_FIELDS,
    CONTEXT_METHODS,
    CONTRACT_VERSION,
    EXCEPTIONS,
    METHODS,
    ExceptionContract,
    MethodContract,
)
from .prompt_texts import prompt_text


def contract_text() -> str:
    """The same for every API, so that all sessions share it in the prompt cache."""
    return prompt_text(
        "contract",
        version=str(CONTRACT_VERSION),
        methods="\n".join(_definition(method) for method in METHODS),
        context_methods=", ".join(CONTEXT_METHODS),
        capabilities=", ".join(CAPABILITY_FIELDS),
        exceptions="\n".join(_exception(exception) for exception in EXCEPTIONS),
    )


def _definition(method: MethodContract) -> str:
    return ("@classmethod\n" if method.classmethod else "") + method.signature


def _exception(exception: ExceptionContract) -> str:
    more = f", with {' and '.join(exception.keywords)}" if exception.keywords else ""
    return f"- `{exception.name}({exception.base})`{more}: {exception.meaning}"
