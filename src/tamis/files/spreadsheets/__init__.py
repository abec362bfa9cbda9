"""Workbooks (.xlsx, .xls, .ods): each sheet becomes a table as text, in a process of its own."""
