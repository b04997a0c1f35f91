"""All of them, by name."""

from .api import Api
from .apis import APIS
from .more_apis import MORE

EVERY: dict[str, Api] = {**APIS, **MORE}
