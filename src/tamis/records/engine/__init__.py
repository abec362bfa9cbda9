"""The system of record on one of its engines: how it is opened, read and written."""
