"""Passwords that are hashed in no time; tests/console/test_passwords.py tests the hashes that people get."""

from typing import Any

from argon2 import PasswordHasher

_QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
REPLACED: dict[str, Any] = {"_hasher": lambda: _QUICK, "_DUMMY_HASH": _QUICK.hash("nobody's")}
"""What replaces the names of `tamis.actions.accounts.passwords`."""
