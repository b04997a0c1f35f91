"""The tiny API of the tests of healing, and the right files for it."""

from ....end_to_end.healing.conftest import right, spec

__all__ = ["right", "spec"]
