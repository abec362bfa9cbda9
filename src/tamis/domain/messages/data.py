"""What is wrong with accounts, contact types, fields, contacts and segments, and what is asked of them."""

from collections.abc import Mapping

DATA: Mapping[str, str] = {
    "account_exists": "{email} has an account already",
    "account_id_unknown": "there is no account {account}",
    "account_missing": "there is no account yet",
    "account_unclear": "there are {count} accounts, and none of them is chosen",
    "account_unknown": 'there is no account "{email}"',
    "added_as": '"{segment}" (as {first_name} {last_name})',
    "but_added_by_hand": "; the address was added by hand to {places}",
    "changed_since_seen": "{changes:plain ;}: nothing was saved; look at it and decide again",
    "contact_id_unknown": "{contact_type} have no contact {contact}",
    "contact_never_in_segment": (
        '"{email}" is not a contact of this type and was never added to the segment "{segment}": check the spelling'
    ),
    "contact_type_deleted_meanwhile": 'the contact type "{contact_type}" was deleted meanwhile',
    "contact_type_exists": 'there is a contact type "{contact_type}" already',
    "contact_type_id_unknown": "there is no contact type {contact_type}",
    "contact_type_not_empty": (
        '"{contact_type}" has {contacts:contact}: delete them first; an import that is undone takes along those '
        "that it made"
    ),
    "contact_type_unknown": 'there is no contact type "{contact_type}"; there are: {known:quoted}',
    "contact_unknown": '{contact_type} have no contact "{email}"{advice}',
    "contacts_would_enter": (
        "{contacts:contact} would lose {lost:quoted}, and could enter the segments {segments:quoted}, which use {field}"
    ),
    "days_out_of_range": "must be a number of days from 1 to {most:,}, not {days:,}",
    "email_not_forgotten": "{email} is not kept out of {contact_type}: it was not forgotten there",
    "email_not_valid": '"{email}" is not a valid e-mail address',
    "email_of_another_contact": "is the address of another contact: each stands once among {contact_type}",
    "email_taken": "the email has already been taken",
    "email_was_forgotten": "the email was forgotten on {day} and is not taken back",
    "exclusion_unknown": 'nobody with the number {contact} was removed from the segment "{segment}"',
    "export_abandoned": "the command that wanted this export has ended",
    "export_field_repeated": 'the field "{field}" is named twice; name each once',
    "export_field_unknown": 'there is no field "{field}"; there are: {known}',
    "field_changed_meanwhile": "the field {field} was changed or deleted meanwhile: import the file again",
    "field_exists": '{contact_type} have a field "{field}" already',
    "field_is_reserved": "{field} is a reserved field, which every contact type has",
    "field_of_contact_unknown": '{contact_type} have no field "{field}"',
    "field_options_changed_meanwhile": "{field} has got many options meanwhile: import the file again",
    "field_unknown": '{contact_type} have no field "{field}"',
    "field_without_suggestions": "there is no field {field} whose values could be suggested",
    "field_written_by_tamis": "this is written by Tamis itself",
    "fields_twice": '{contact_type} cannot have two fields "{field}"',
    "group_out_of_range": "must be from 1 to {groups}",
    "group_without_groups": "needs the number of groups",
    "groups_out_of_range": "must be from 2 to {most:,} groups",
    "history_begins_now": 'who was in the segment "{segment}" is known from now on: choose an instant not before that',
    "history_not_known": (
        'who was in the segment "{segment}" is known from {since} on: choose an instant not before that'
    ),
    "in_use_by_segments": "{what} is used by the segments {segments:quoted}; delete or change them first",
    "instant_not_come": "{instant} has not come yet: what will be, nobody knows",
    "key_pair_unknown": 'there is no live key pair "{public_key}"',
    "name_not_valid": "the name {problem}",
    "name_without_letters": '"{name}" needs at least one letter or digit',
    "newer_question": "a newer question has come",
    "no_contact_type_yet": 'there is no contact type "{contact_type}"; there are: none yet',
    "no_fields_chosen": "names no field; leave it out for all fields",
    "not_utf8": "is not written in UTF-8",
    "option_in_use": 'the option "{option}" of {field} is used by the segments {segments:quoted}',
    "option_in_use_by_many": (
        "more than {most:,} contacts have the option, and the segments {segments:quoted} name it; delete or "
        "change them first"
    ),
    "option_not_left": '{field} would have no option "{option}"',
    "option_not_valid": '"{option}" {problem}',
    "option_parts_in_use": (
        "the segments {segments:quoted} look for a part of an option of {field}, and could select others; delete "
        "or change them first"
    ),
    "option_unknown": '{field} has no option "{option}"',
    "options_changed_since_seen": "the options of {field} have been changed since you opened them: look at them again",
    "options_in_use": "{reasons:plain ;}; delete or change them first",
    "options_missing": "a {kind} field needs at least one option",
    "options_not_allowed": "a {kind} field has no options",
    "options_repeated": "two options are the same",
    "percent_out_of_range": "must be more than 0 and at most 100",
    "recipient_unknown": "there is no recipient {recipient}",
    "sample_size_missing": "say how many: a percentage for a sample, a number of groups, or both",
    "seed_too_long": "must not be longer than {most} characters",
    "segment_changed_meanwhile": 'the segment "{segment}" has been changed since you opened it',
    "segment_depends_on_itself": "a segment must not depend on itself: {chain}",
    "segment_name_not_valid": "the segment name {problem}",
    "segment_name_taken": "the segment name has already been taken",
    "segment_name_unknown": 'there is no segment "{segment}"',
    "segment_named_twice": 'the segment "{segment}" is named twice; name each once',
    "segment_of_type_unknown": "{contact_type} have no segment {segment}",
    "segment_unknown": "there is no segment {segment}",
    "segments_of_two_types": '"{segment}" and "{other}" are of two contact types; compare segments of one type',
    "segments_too_deep": "segments may name each other over {most} levels, and these would be {levels}: {chain}",
    "target_directory_missing": "there is no directory {directory}: make it, or name another file",
    "target_exists": "{target} is there already: name another file",
    "target_not_a_file": "{target} is no file that could be replaced: name a file, or - for standard output",
    "target_not_writable": "nothing may be written to {directory}: name a file somewhere else",
    "target_not_written": "{target} cannot be written: {reason}; nothing was left there",
    "the_contact_type": 'the contact type "{contact_type}"',
    "the_field": "{field}",
    "the_segment": 'the segment "{segment}"',
    "time_zone_of_place": '"{timezone}" is not a time zone; use {meant:plain or}',
    "time_zone_unknown": '"{timezone}" is not a time zone; use a name such as Asia/Dhaka',
    "too_many_fields": "a contact type has at most {most:,} fields",
    "too_many_more_fields": (
        "a contact type has at most {most:,} fields: {contact_type} have {fields:,}, and {more:,} more are asked for"
    ),
    "value_changed_meanwhile": '{name} was changed meanwhile and is now "{value}"',
    "value_erased_meanwhile": "{name} was changed meanwhile and is now blank",
    "values_do_not_fit": (
        "{field} cannot become a {kind} field: {count:value} would not fit, such as {examples:quoted}; change "
        "them first, or let these contacts lose them"
    ),
    "wrong_number_of_segments": "name from {fewest} to {most} segments to compare, not {count}",
}
