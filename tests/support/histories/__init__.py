"""Histories of concurrent clients, and the check that one order of single steps explains all that they saw."""
