"""The worker process of a compaction: builds a database file from exported tables.

Its arguments are the file to create, the directory of the export, the memory limit and the number of threads.
"""

import sys

import duckdb


def build(target: str, exported: str, memory: str, threads: str) -> None:
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
    build(*sys.argv[1:])
