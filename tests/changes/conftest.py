"""Both stores, made and empty."""

from tests.support.empty_stores import services

__all__ = ["services"]
