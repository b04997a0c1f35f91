"""The tiny API of the tests of healing, the right files for it, and a server whose model is on loopback."""

from ....end_to_end.healing.conftest import _checked_once, heal, housed, right, spec

__all__ = ["_checked_once", "heal", "housed", "right", "spec"]
