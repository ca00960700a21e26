"""The ledgers of the mining tests serve here too."""

from tests.mining.conftest import lived

__all__ = ["lived"]
