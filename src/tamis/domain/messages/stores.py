"""Why the stores, the data directory or the server cannot do something now."""

from collections.abc import Mapping

STORES: Mapping[str, str] = {
    "cannot_listen": "cannot listen on {host}:{port}: {reason}; choose another host or port",
    "data_directory_in_use": (
        "{directory} is in use by another Tamis process: stop it, or choose another data directory"
    ),
    "demo_data_being_served": "{data} is being served: stop that server, or choose another data directory",
    "demo_data_exists": "{data} holds data already: serve it, or choose another data directory",
    "demo_data_just_made": "{data} has just been made by another command",
    "backup_file_changed": "{file} is not what the backup wrote: it is damaged; use another backup",
    "backup_file_damaged": "{file} is damaged; use another backup",
    "backup_files_do_not_match": "the files in {backup} do not belong together; use another backup",
    "backup_inside_data": "a backup inside the data directory would be lost with it: choose another directory",
    "backup_is_newer": "{backup} was made by a newer version of Tamis; install that version",
    "backup_not_found": "{backup} is no backup: it has no {file}",
    "backup_of_newer_schema": (
        "{file} was made by a newer version of Tamis (its schema is {version}, this version knows {newest}); "
        "install that version"
    ),
    "backup_records_damaged": "{file} is damaged",
    "backup_without_records": "{file} holds no records of Tamis",
    "cannot_listen_for_metrics": "cannot listen on {host}:{port}: {reason}; choose another TAMIS_METRICS_PORT",
    "checksums_missing": (
        "the checksums of SQLite cannot be loaded ({reason}): install apsw from its wheel, which has them"
    ),
    "columns_being_built": "the column store is being built again: ask once more",
    "columns_cannot": "the column store cannot {doing} at the moment; the log of Tamis says why",
    "columns_damaged": "the column store is damaged and will be built again: ask once more",
    "columns_file_damaged": "{file} is damaged or no column store",
    "columns_have_no_disk": "the disk is full: the column store cannot {doing}; make room and try again",
    "columns_have_no_memory": (
        "the column store cannot {doing} with the memory that TAMIS_COLUMNS_MEMORY gives it: give it more"
    ),
    "columns_held": "another Tamis process has this data directory open",
    "columns_not_copied": "the column store cannot be copied: {reason}",
    "columns_behind_history": "the column store has to be built again from the records first: ask once more",
    "history_not_packed": "old history cannot be packed: {reason}",
    "history_moved_on": "the history of memberships has moved on: the column store is built again, ask once more",
    "columns_not_made": "{file} cannot be made: {reason}",
    "columns_not_opened": "{file} cannot be opened: {reason}",
    "columns_stopped": "the column store has stopped and is opened again: ask once more",
    "data_directory_being_served": (
        "{directory} is in use by a running Tamis: stop it, and restore into a directory that is empty"
    ),
    "data_directory_not_made": "{directory} cannot be made: {reason}; choose another data directory",
    "data_directory_not_writable": "{directory} is not writable: {reason}",
    "data_held_by_program": "another program has held the data for a minute: try again when it is done",
    "data_inside_backup": "data inside the backup would be lost with it: choose another data directory",
    "data_not_writable": "{directory} is not writable: choose another data directory, or change its owner",
    "data_of_newer_schema": (
        "the data was made by a newer version of Tamis (its schema is {version}, this version knows {newest}); "
        "install that version"
    ),
    "directory_being_made": "another process is making {directory} at this moment",
    "directory_not_empty": "{directory} is not empty: choose a directory that does not exist or is empty",
    "directory_not_made": "{directory} cannot be made: {reason}; choose another directory",
    "directory_not_writable": "{directory} cannot be written to: {reason}; look after it and try again",
    "disk_does_not_work": "the disk does not work: {reason}",
    "disk_full": "the disk is full (less than {left} are left): {done}; make room and try again",
    "fault_ended_it": "a mistake in Tamis ended it ({fault}); the log of the server says more",
    "made_by_newer_version": "{file} was made by a newer version of Tamis; install that version",
    "no_contact_numbers_left": "this store has numbered two thousand million contacts and has no numbers left",
    "no_recipient_numbers_left": "this store has numbered two thousand million added addresses and has no numbers left",
    "no_segment_numbers_left": "this store has numbered two million segments and has no numbers left",
    "nobody_waits": "whoever asked has left",
    "nothing_written": "nothing was written",
    "records_damaged": (
        'the records are damaged: nothing is written to them any more; restore a backup with "tamis restore" '
        '(docs/operations.md, "When the records are damaged")'
    ),
    "records_file_damaged": (
        '{file} is damaged or no Tamis database: restore a backup with "tamis restore" (docs/operations.md, '
        '"When the records are damaged")'
    ),
    "records_missing": "there are no records in {directory}",
    "restore_target_not_empty": "{directory} is not empty: restore into a directory that does not exist or is empty",
    "server_stopping": "the server is being stopped",
    "fault_in_server": "something went wrong in the server: its log says what",
    "not_a_question": "this is no question of a Tamis command",
    "only_for_commands": "this address is for commands on the machine itself",
    "question_too_large": "the question is too large",
    "server_answers_otherwise": (
        "the server on this data answered with the status {status}: if it is of another version, restart it"
    ),
    "server_of_another_version": (
        "the server runs Tamis {server} and this command is of version {command}: restart the server"
    ),
    "setting_not_read": "{shown} cannot be read: {reason}",
    "stopped_before_done": "the server was stopped before it was done",
    "too_many_lists_of_account": "too many lists of this account are being read: try again when one has ended",
    "too_many_pages_of_account": "too many pages of this account are waiting: try again in a moment",
    "too_many_requests_of_account": "too many requests of this account are waiting: try again in a moment",
    "too_many_writes_of_account": "too many writes of this account are waiting: try again in a moment",
    "too_many_writes_waiting": "too many writes are waiting: try again in a moment",
    "writes_missing": (
        "writes that were acknowledged are missing from the records: their log was damaged or lost, or an older "
        'file was put in their place. Restore a backup with "tamis restore", or go on without these writes with '
        '"tamis accept-loss" (docs/operations.md, "When the records are damaged")'
    ),
}
