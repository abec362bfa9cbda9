"""What is wrong with what is asked of an import, and why one ended."""

from collections.abc import Mapping

IMPORTS: Mapping[str, str] = {
    "another_email_column": (
        'The column "{column}" is taken as the email; {others:quoted and} holds emails too: to take that one, '
        'let "{other}" feed the email.'
    ),
    "bad_email_is_no_contact": '"{column}" holds the email of a contact, and without one there is no contact',
    "bad_values_need_email": "a contact needs an email: rows without a valid one are always rejected",
    "bad_values_need_options": "only a field with options can have new ones: choose what else becomes of bad values",
    "chosen_field_unknown": 'there is no field "{field}": make it first, or let the import make new fields',
    "chosen_field_written_by_tamis": '"{field}" is written by Tamis itself: choose a field of another name',
    "column_makes_no_field": 'the column "{column}" makes no field',
    "column_not_chosen": "choose what this column is to feed",
    "column_unknown": 'the file has no column "{column}"',
    "columns_feed_one_field": "{columns:quoted and} would feed the same field: leave one of them out",
    "columns_share_a_field": (
        'the columns {columns:quoted and} would both feed the field "{field}": let one of them feed another '
        "field, or rename it in the file"
    ),
    "contact_type_deleted_while_importing": "the contact type was deleted meanwhile: nothing more is stored",
    "date_order_unclear": "{example} is {readings:plain or}: choose the order of dates",
    "dates_in_three_orders": (
        'the column "{column}" can be read in three ways: {example} is {readings:plain or}: choose the order of dates'
    ),
    "dates_in_two_orders": (
        'the column "{column}" can be read in two ways: {example} is {readings:plain or}: choose the order of dates'
    ),
    "decimal_mark_unclear": "{example} is {readings:plain or}: choose the decimal mark",
    "email_column_by_contents": 'The column "{column}" is taken as the email, because emails stand in it.',
    "email_column_missing": (
        "no column holds emails, by which contacts are known; the file has {columns:quoted 20}: say which one does"
    ),
    "email_column_not_chosen": (
        "No column is the e-mail address, by which a contact is known: choose the one that holds it."
    ),
    "emails_forgotten_meanwhile": "{count} of the addresses were forgotten meanwhile and are not taken back: try again",
    "fault_ended_import": "a mistake in Tamis ended it ({fault}); what was stored until then stays",
    "field_changed_while_importing": (
        "the field {field} was changed or deleted meanwhile: import the file again; rows that are stored will "
        "count as unchanged"
    ),
    "field_name_not_valid": "the name of a field {problem}",
    "field_name_taken": 'there is a field "{field}" already: choose another name',
    "field_name_without_letters": '"{name}" cannot be the name of a field: it needs at least one letter or digit',
    "file_being_worked_on": "this file is being worked on: wait until that is done",
    "file_is_empty": "is empty: the first line must name the columns",
    "file_too_large": (
        "the file is larger than {most}, which is the most that is taken here: compress it with gzip, or cut it "
        "in parts"
    ),
    "forgotten_email_not_removed": (
        "{path} may hold {email} and cannot be read or deleted: {reason}; delete it yourself"
    ),
    "import_is_running": "import {number} is still running: let it come to its end, or stop it first",
    "import_not_undoable": "this import was undone already, or is too old to be undone",
    "import_not_written": "{directory} cannot be written to: {reason}; nothing was imported",
    "import_still_runs": "this import still runs: let it come to its end first",
    "import_too_old_to_undo": (
        "import {number} cannot be undone any more: what contacts were before it was kept for a number of days "
        "(TAMIS_UNDO_DAYS), which have passed"
    ),
    "import_unknown": "there is no import {number}",
    "import_was_stopped": "it was stopped; what was stored until then stays",
    "import_was_undone": "import {number} was undone already",
    "kind_does_not_fit": (
        'the column "{column}" cannot be a {kind} field: it has more than {most:,} different values, or some '
        "that are too long for an option"
    ),
    "kind_of_field_is_known": 'the column "{column}" feeds the field "{field}", which is a {kind} field',
    "no_fields_are_made": 'the column "{column}" makes no field: let the import make new fields',
    "no_options_to_add_to": '"{column}" feeds a {kind} field, which has no options to add to',
    "nothing_imported": "nothing was imported",
    "numbers_in_two_ways": (
        'the column "{column}" can be read in two ways: {example} is {readings:plain or}: choose what fractions '
        "of numbers follow"
    ),
    "only_fields_were_made": "its new fields were made, and no contact was stored",
    "rejects_not_written": "the rejected rows cannot be written to {path}: {reason}",
    "other_email_columns": (
        'The column "{column}" is taken as the email; {others:quoted and} hold emails too: to take another, '
        'let "{other}" feed the email.'
    ),
    "row_was_forgotten": "this address was forgotten on {day} and is not taken back; allow it first",
    "stopped_half_way": "{problem}; {done}",
    "stored_before": "what was stored before that stays ({contacts:contact}): import the file again for the rest",
    "too_many_fields_chosen": "A contact type has {most:,} fields at most: leave out what you do not need.",
    "too_many_new_fields": (
        "the file has {columns:column} without a field, there are {fields:,} fields, and a contact type has at "
        "most {most:,}: import a file with fewer columns, or make the fields that you need yourself"
    ),
    "too_many_options": "{field} would get more than {most:,} options, so none was added: make it a text field.",
    "too_many_options_by_itself": (
        "{field} would get more than {most:,} options, so none was added: make it a text field, or let the "
        "import add them."
    ),
    "too_many_uploads": "{most} files wait to be imported: import one of them, or throw one away",
    "upload_has_no_room": (
        "the file has {size}, an import needs as much again, and the disk of the server has room for {free}: "
        "make room there and try again"
    ),
    "upload_not_written": "{directory} cannot be written to: {reason}; the file was not taken",
    "upload_unknown": "this file is not here any more: it was imported or thrown away, or it waited for a day",
    "workbook_encoding_not_possible": "is a workbook, which says itself how its text is encoded: choose no encoding",
    "workbook_sheet_not_possible": "has no sheets: choose none",
}
