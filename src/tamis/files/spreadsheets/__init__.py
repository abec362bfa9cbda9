"""Workbooks (.xlsx, .xls, .ods): each sheet becomes a text table, converted in a separate process."""
