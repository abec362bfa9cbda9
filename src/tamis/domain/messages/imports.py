"""What is wrong with what is asked of an import, and why one ended."""

from collections.abc import Mapping

IMPORTS: Mapping[str, str] = {
    "another_email_column": (
        'The column "{column}" is used as the email. {others:quoted and} contains emails too: to use that one, map '
        '"{other}" to the email.'
    ),
    "bad_email_is_no_contact": '"{column}" contains the email, and a contact cannot exist without one',
    "bad_values_need_email": "a contact needs an email: rows without a valid one are always rejected",
    "bad_values_need_options": "only a field with options can get new ones: choose another way to handle bad values",
    "chosen_topic_unknown": 'there is no topic for "{topic}"; create it first',
    "chosen_field_unknown": 'there is no field "{field}": create it first, or let the import create new fields',
    "chosen_field_written_by_tamis": '"{field}" is set by Tamis: choose a field with another name',
    "column_makes_no_field": 'the column "{column}" does not create a field',
    "column_not_chosen": "choose what to do with this column",
    "column_seems_to_be_consent": (
        'The column "{column}" seems to say who has unsubscribed or cannot be reached, but it suppresses nobody: it is '
        "not mapped to consent."
    ),
    "consent_is_not_the_field": (
        'The column "{column}" says who can be mailed: it suppresses, and does not fill the field "{field}".'
    ),
    "column_unknown": 'the file has no column "{column}"',
    "columns_feed_one_field": "{columns:quoted and} are mapped to the same field: skip one of them",
    "columns_share_a_field": (
        'the columns {columns:quoted and} are both mapped to the field "{field}": map one of them to another field, or '
        "rename it in the file"
    ),
    "contact_type_deleted_while_importing": "the contact type was deleted in the meantime: the import has stopped",
    "date_order_unclear": "{example} could be {readings:plain or}: choose the date order",
    "dates_in_three_orders": (
        'the dates in the column "{column}" can be read in three ways: {example} could be {readings:plain or}: choose '
        "the date order"
    ),
    "dates_in_two_orders": (
        'the dates in the column "{column}" can be read in two ways: {example} could be {readings:plain or}: choose '
        "the date order"
    ),
    "decimal_mark_unclear": "{example} could be {readings:plain or}: choose the decimal mark",
    "email_column_by_contents": 'The column "{column}" is used as the email because it contains emails.',
    "email_column_missing": (
        "no column contains emails, which identify contacts; the file has {columns:quoted 20}: choose the email column"
    ),
    "email_column_not_chosen": ("No column contains the email, which identifies a contact: choose a column for it."),
    "emails_forgotten_meanwhile": "{count} of the emails were forgotten in the meantime and cannot be added: try again",
    "events_of_import_stay": (
        "import {number} brought events, which cannot be undone: stored events are only removed with their contact, or "
        "when they are older than events of their name are kept"
    ),
    "events_stored_before": ("what was stored before that stays ({events:event}): import the file again for the rest"),
    "fault_ended_import": "an error in Tamis stopped it ({fault}); what was stored before that stays",
    "field_changed_while_importing": (
        'the field "{field}" was changed or deleted in the meantime: import the file again; rows already stored will '
        "count as unchanged"
    ),
    "field_name_not_valid": "the field name {problem}",
    "field_name_taken": 'there is already a field "{field}": choose another name',
    "field_name_without_letters": '"{name}" cannot be a field name: it needs at least one letter or digit',
    "file_being_worked_on": "this file is being processed: wait until that is done",
    "file_too_large": "the file is larger than the limit of {most}: compress it with gzip, or split it",
    "forgotten_email_not_removed": (
        "{path} may contain {email} and cannot be read or deleted: {reason}; delete it yourself"
    ),
    "import_is_running": "import {number} is still running: wait until it ends, or stop it first",
    "import_not_undoable": "this import was already undone, or is too old to undo",
    "import_not_written": "cannot write to {directory}: {reason}; nothing was imported",
    "import_already_started": "import {number} of this file has been started with the same idempotency key",
    "import_still_runs": "this import is still running: wait until it ends",
    "import_too_old_to_undo": (
        "import {number} can no longer be undone: the previous values are only kept for the number of days set by "
        "TAMIS_UNDO_DAYS"
    ),
    "import_unknown": "there is no import {number}",
    "import_was_stopped": "it was stopped; what was stored before that stays",
    "import_was_undone": "import {number} was already undone",
    "kind_does_not_fit": (
        'the column "{column}" cannot be a {kind:kind} field: it has more than {most:,} different values, or some are '
        "too long for an option"
    ),
    "kind_of_field_is_known": 'the column "{column}" is mapped to the field "{field}", which is a {kind:kind} field',
    "line_not_read": "{reason}",
    "no_fields_are_made": 'the column "{column}" does not create a field: let the import create new fields',
    "no_options_of_consent": '"{column}" says who can be mailed: no options can be added there',
    "no_options_to_add_to": '"{column}" is mapped to a {kind:kind} field, which has no options',
    "nothing_imported": "nothing was imported",
    "numbers_in_two_ways": (
        'the numbers in the column "{column}" can be read in two ways: {example} could be {readings:plain or}: choose '
        "the decimal mark"
    ),
    "only_fields_were_made": "its new fields were created, but no contact was stored",
    "rejects_not_written": "cannot write the rejected rows to {path}: {reason}",
    "other_email_columns": (
        'The column "{column}" is used as the email. {others:quoted and} contain emails too: to use another one, map '
        '"{other}" to the email.'
    ),
    "row_was_forgotten": "this email was forgotten on {day} and cannot be added; allow it first",
    "stopped_half_way": "{problem}; {done}",
    "stored_before": "what was stored before that stays ({contacts:contact}): import the file again for the rest",
    "too_many_fields_chosen": "A contact type can have at most {most:,} fields: skip columns that you do not need.",
    "too_many_new_fields": (
        "the file has {columns:column} without a field, and there are {fields:,} fields already; a contact type can "
        "have at most {most:,}: import a file with fewer columns, or create only the fields that you need yourself"
    ),
    "too_many_options": '"{field}" would get more than {most:,} options, so none were added: make it a text field.',
    "too_many_options_by_itself": (
        '"{field}" would get more than {most:,} options, so none were added: make it a text field, or let the import '
        "add them."
    ),
    "too_many_uploads": "{most} files are waiting to be imported: import or discard one of them first",
    "upload_has_no_room": (
        "the file has {size}, importing it needs as much again, and the server's disk has only {free} free: free up "
        "space and try again"
    ),
    "upload_not_written": "cannot write to {directory}: {reason}; the file was not uploaded",
    "upload_unknown": "this file is no longer here: it was imported or discarded, or waited longer than a day",
    "workbook_encoding_not_possible": "is a workbook, which defines its own encoding: choose no encoding",
    "workbook_sheet_not_possible": "has no sheets: choose none",
}
