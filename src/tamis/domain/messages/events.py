"""What is wrong with events, and with what is asked of their catalogue."""

from collections.abc import Mapping

EVENTS: Mapping[str, str] = {
    "event_column_missing": (
        'the file has no column "{part}"; it has {columns:quoted 20}: map the column that has it to "{part}"'
    ),
    "event_contact_id_unknown": "there is no contact {contact} in {contact_type}",
    "event_contact_unknown": (
        '"{email}" is not a contact of {contact_type}: create the contact first, or allow events to create contacts'
    ),
    "event_id_of_other_content": (
        'the ID "{id}" belongs to another "{event}" event of this contact, with another time or other properties; '
        "stored events never change: send a correction with a new ID"
    ),
    "event_instant_not_read": (
        'must be a time such as 2026-11-20T10:00:00Z, or a day such as 2026-11-20, not "{text}"'
    ),
    "event_key_unknown": 'is not known; known keys are "email" or "contact_id", "event", "at", "id" and "properties"',
    "event_kind_in_use": (
        '"{property}" cannot become {kind}: {segments:quoted and} {segments:uses|use} it; change the segments first'
    ),
    "event_name_id_unknown": "there is no event with the ID {event}",
    "event_name_unknown": 'there is no event "{event}" in {contact_type}{advice}',
    "event_names_choose": "; choose from {known:quoted}",
    "event_needs_contact": 'must have either "email" or "contact_id"',
    "event_needs_name": 'must have "event", the name of what happened',
    "event_name_column_missing": (
        'the file has no column "event", and no name was given for all of its events; it has {columns:quoted 20}'
    ),
    "event_older_than_kept": 'is before {before}, and "{event}" events are only kept for {keep}',
    "event_part_twice": 'two columns are mapped to "{part}"',
    "event_properties_too_large": "the properties must not have more than {most:,} bytes in total",
    "event_property_id_unknown": "there is no property with the ID {property}",
    "event_property_kind_unknown": "must be {known:quoted or}",
    "event_property_twice": '"{property}" and "{other}" are the same property',
    "event_property_unknown": '"{event}" events have no property "{property}"; choose from {known:quoted}',
    "event_property_without_letters": "needs a name with a letter or a digit",
    "keep_not_read": 'must be a duration such as "2 years", "18 months" or "90 days", or "forever", not "{text}"',
    "row_contact_gone": "the contact was deleted during the import",
    "row_contact_unknown": 'no contact of {contact_type} has this email: "{email}"',
    "row_event_id_of_other_content": (
        "the ID belongs to another event of this contact, with another time or other properties; stored events never "
        "change: give a correction a new ID"
    ),
    "row_event_id_not_possible": "the ID must be one line of at most {most} characters",
    "too_many_property_columns": "the file has {count:,} columns of properties; at most {most:,} are possible",
    "too_many_event_names": "{contact_type} already has {most:,} event names, the maximum",
    "too_many_event_properties": '"{event}" events already have {most:,} properties, the most that are possible',
}
