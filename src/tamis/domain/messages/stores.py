"""Why the stores, the data directory or the server cannot do something now."""

from collections.abc import Mapping

STORES: Mapping[str, str] = {
    "cannot_listen": "cannot listen on {host}:{port}: {reason}; choose another host or port",
    "data_directory_in_use": (
        "{directory} is in use by another Tamis process: stop it, or choose another data directory"
    ),
    "demo_data_being_served": "{data} is in use by a running server: stop it, or choose another data directory",
    "demo_data_exists": "{data} already contains data: serve it, or choose another data directory",
    "demo_data_just_made": "{data} was just created by another command",
    "backup_file_changed": "{file} has changed since the backup was made: it is damaged; use another backup",
    "backup_file_damaged": "{file} is damaged; use another backup",
    "backup_files_do_not_match": "the files in {backup} do not belong together; use another backup",
    "backup_inside_data": "a backup inside the data directory would be lost with it: choose another directory",
    "backup_is_newer": "{backup} was made by a newer version of Tamis; install that version",
    "backup_not_found": "{backup} is not a backup: it has no {file}",
    "backup_of_newer_schema": (
        "{file} was made by a newer version of Tamis (schema {version}; this version supports up to {newest}); install "
        "that version"
    ),
    "backup_records_damaged": "{file} is damaged",
    "backup_without_records": "{file} is not a Tamis database",
    "cannot_listen_for_metrics": "cannot listen on {host}:{port}: {reason}; choose another TAMIS_METRICS_PORT",
    "checksums_missing": (
        "SQLite's checksum extension cannot be loaded ({reason}): install apsw from its wheel, which includes it"
    ),
    "columns_being_built": "the projection is being rebuilt: try again",
    "columns_cannot": "the projection cannot {doing} right now; see the log for the reason",
    "columns_damaged": "the projection is damaged and will be rebuilt: try again",
    "columns_file_damaged": "{file} is damaged or is not a projection",
    "columns_have_no_disk": "the disk is full: the projection cannot {doing}; free up space and try again",
    "columns_have_no_memory": (
        "the projection cannot {doing} with the memory set by TAMIS_COLUMNS_MEMORY: raise it and try again"
    ),
    "columns_held": "another Tamis process has this data directory open: stop it first",
    "columns_not_copied": "the projection cannot be copied: {reason}",
    "columns_behind_history": "the projection must be rebuilt from the records first: try again",
    "history_not_packed": "old history cannot be packed: {reason}",
    "history_moved_on": "the membership history has moved on and the projection is being rebuilt: try again",
    "columns_not_made": "{file} cannot be created: {reason}",
    "columns_not_opened": "{file} cannot be opened: {reason}",
    "results_not_written": "cannot write the results of this batch: {reason}",
    "too_many_listeners": "this key already has {most} requests that listen to changes: end some of them",
    "write_not_projected_yet": "the write is stored, but its effect on segments is not known yet: read it later",
    "columns_stopped": "the projection has stopped and is being reopened: try again",
    "data_directory_being_served": (
        "{directory} is in use by a running Tamis: stop it, and restore into an empty directory"
    ),
    "data_directory_not_made": "{directory} cannot be created: {reason}; choose another data directory",
    "data_directory_not_writable": "{directory} is not writable: {reason}",
    "data_held_by_program": "another program has kept the data locked for a minute: try again when it is done",
    "data_inside_backup": "data inside the backup would be lost with it: choose another data directory",
    "data_not_writable": "{directory} is not writable: choose another data directory, or change its owner",
    "data_of_newer_schema": (
        "the data was made by a newer version of Tamis (schema {version}; this version supports up to {newest}); "
        "install that version"
    ),
    "data_used_by_older_version": (
        "a server of an older version of Tamis is using {directory}: stop it before you use this version, which "
        "converts the data"
    ),
    "directory_being_made": "another process is creating {directory} right now",
    "directory_not_empty": "{directory} is not empty: choose a directory that is empty or does not exist",
    "directory_not_made": "{directory} cannot be created: {reason}; choose another directory",
    "directory_not_writable": "cannot write to {directory}: {reason}; check it and try again",
    "records_claimed": (
        "another Tamis server works with the records in this database: stop it first; one server at a time may"
    ),
    "records_driver_missing": (
        "TAMIS_RECORDS needs the driver for PostgreSQL, which is not installed: install tamis[postgresql]"
    ),
    "records_on_server_not_copied": (
        "the records are in PostgreSQL, which tamis backup does not copy: use pg_dump, as docs/postgresql.md says"
    ),
    "records_on_server_not_restored": (
        "TAMIS_RECORDS is set, and a backup is restored into a directory: use pg_restore, as docs/postgresql.md says, "
        "or unset TAMIS_RECORDS"
    ),
    "records_are_in_directory": (
        "{directory} contains records already, and TAMIS_RECORDS names a database: choose an empty data directory, or "
        "unset TAMIS_RECORDS"
    ),
    "records_are_on_server": "the records of {directory} are in PostgreSQL: set TAMIS_RECORDS as its server does",
    "records_server_read_only": "PostgreSQL accepts no writes there: give TAMIS_RECORDS the address of the primary",
    "records_server_refuses": "PostgreSQL does not allow it: {reason}; check the role and database of TAMIS_RECORDS",
    "records_server_unreachable": "PostgreSQL cannot be reached: {reason}; check that it runs, and TAMIS_RECORDS",
    "disk_does_not_work": "the disk failed: {reason}",
    "disk_full": "the disk is full (less than {left} left): {done}; free up space and try again",
    "fault_ended_it": "an error in Tamis stopped it ({fault}); see the server log for details",
    "made_by_newer_version": "{file} was made by a newer version of Tamis; install that version",
    "migration_missing": (
        "this installation of Tamis is incomplete: it has no migration {number} of the records; install it again"
    ),
    "no_contact_numbers_left": "this data directory has used all of its two billion contact IDs",
    "no_recipient_numbers_left": "this data directory has used all of its two billion IDs of manually added emails",
    "no_segment_numbers_left": "this data directory has used all of its two million segment IDs",
    "nobody_waits": "the client has disconnected",
    "nothing_written": "nothing was written",
    "records_damaged": (
        'the records are damaged and read-only: restore a backup with "tamis restore" (docs/operations.md, "When the '
        'records are damaged")'
    ),
    "records_file_damaged": (
        '{file} is damaged or is not a Tamis database: restore a backup with "tamis restore" (docs/operations.md, '
        '"When the records are damaged")'
    ),
    "records_missing": "there are no records in {directory}",
    "restore_target_not_empty": "{directory} is not empty: restore into a directory that is empty or does not exist",
    "server_stopping": "the server is stopping",
    "fault_in_server": "an error occurred in the server: see its log",
    "not_a_question": "this is not a request from a Tamis command",
    "only_for_commands": "this path is only for commands on this machine",
    "question_too_large": "the request is too large",
    "server_answers_otherwise": (
        "the server for this data responded with status {status}: if it runs another version, restart it"
    ),
    "server_of_another_version": "the server runs Tamis {server}, but this command is {command}: restart the server",
    "setting_not_read": "{shown} cannot be read: {reason}",
    "stopped_before_done": "the server stopped before it was done",
    "too_many_lists_of_account": "too many lists are being read for this account: try again when one has ended",
    "too_many_pages_of_account": "too many pages are waiting for this account: try again in a moment",
    "too_many_requests_of_account": "too many requests are waiting for this account: try again in a moment",
    "too_many_writes_of_account": "too many writes are waiting for this account: try again in a moment",
    "too_many_writes_waiting": "too many writes are waiting: try again in a moment",
    "writes_missing": (
        "acknowledged writes are missing from the records: their log was damaged or lost, or an older file was put in "
        'their place. Restore a backup with "tamis restore", or continue without these writes with "tamis accept-loss" '
        '(docs/operations.md, "When the records are damaged")'
    ),
}
