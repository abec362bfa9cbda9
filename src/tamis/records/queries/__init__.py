"""The SQL of the records."""

from functools import partial

from tamis.files.sql import load_statements

load = partial(load_statements, __name__)
