"""Run as a program: builds a database file from exported tables, in a process that never saw anything else.

Its arguments are the file to make, the directory of the export, the most memory to use and the number of threads.
"""

import sys

import duckdb


def load(target: str, exported: str, memory: str, threads: str) -> None:
    """Build the file."""
    db = duckdb.connect(
        target,
        config={
            "memory_limit": memory,
            "threads": int(threads),
            "temp_directory": f"{exported}/spill",
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        },
    )
    name = exported.replace("'", "''")  # IMPORT takes no parameters
    db.execute(f"IMPORT DATABASE '{name}'").fetchall()
    db.execute("CHECKPOINT").fetchall()
    db.close()


if __name__ == "__main__":
    load(*sys.argv[1:])
