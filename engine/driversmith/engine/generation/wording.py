"""The words of this room's prompts."""

from ..guards.wording import Wording

wording = Wording(__name__.rpartition(".")[0])
