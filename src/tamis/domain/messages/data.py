"""What is wrong with accounts, contact types, fields, contacts and segments, and what is asked of them."""

from collections.abc import Mapping

DATA: Mapping[str, str] = {
    "account_exists": "there is already an account for {email}",
    "account_id_unknown": "there is no account {account}",
    "account_missing": "there is no account yet",
    "account_unclear": "there are {count} accounts, and none is chosen",
    "account_unknown": 'there is no account for "{email}"',
    "added_as": '"{segment}" (as {first_name} {last_name})',
    "but_added_by_hand": "; this email was added manually to {places}",
    "change_number_out_of_range": "must be from 0 to {last}, the number of the last change",
    "change_type_unknown": "must be {known:quoted or}",
    "changed_since_seen": "{changes:plain ;}: nothing was saved; review the changes and try again",
    "contact_id_not_in_account": "there is no contact {contact}",
    "contact_id_unknown": "there is no contact {contact} in {contact_type}",
    "contact_never_in_segment": (
        '"{email}" is not a contact of this type and was never added to the segment "{segment}": check the spelling'
    ),
    "contact_type_deleted_meanwhile": 'the contact type "{contact_type}" was deleted in the meantime',
    "contact_type_exists": 'there is already a contact type "{contact_type}"',
    "contact_type_id_unknown": "there is no contact type {contact_type}",
    "contact_type_not_empty": (
        '"{contact_type}" still has {contacts:contact}, which must be deleted first; undoing an import deletes the '
        "contacts that it created"
    ),
    "contact_type_unknown": 'there is no contact type "{contact_type}"; choose from {known:quoted}',
    "contact_unknown": 'there is no contact "{email}" in {contact_type}{advice}',
    "contacts_would_enter": (
        "{contacts:contact} would lose {lost:quoted and} and could enter the {segments:segment|segments} "
        '{segments:quoted and}, which {segments:uses|use} "{field}"'
    ),
    "cursor_not_valid": "is not a cursor of this list: begin without one",
    "days_out_of_range": "must be from 1 to {most:,} days, not {days:,}",
    "email_among_fields": 'stands beside "fields", not among them',
    "email_differs_from_path": 'must be the one in the path, "{email}", in any spelling; use PATCH to change an email',
    "confirmation_not_valid": "is not valid, or no longer: ask the person again",
    "confirmation_of_deleted_contact": "there is no such contact any more",
    "confirmation_of_other_email": "the contact has another email now: ask the person again",
    "confirmation_withdrawn": "the person has unsubscribed since this was asked",
    "consent_text_not_valid": "the text {problem}",
    "consent_text_too_long": "must have at most {most:,} characters",
    "has_unsubscribed": (
        'has unsubscribed from "{topic}", and is subscribed again only with a reason, such as their own request'
    ),
    "no_topics_named": "must name at least one topic",
    "no_topic_yet": 'there is no topic "{topic}": {contact_type} has none yet',
    "the_topic": 'the topic "{topic}"',
    "too_many_topics": "{contact_type} already has {most:,} topics, the maximum",
    "topic_exists": 'there is already a topic "{topic}" in {contact_type}',
    "topic_id_unknown": "there is no topic {topic}",
    "topic_unknown": 'there is no topic "{topic}" in {contact_type}; choose from {known:quoted}',
    "no_data_in_directory": "{directory} has no data of Tamis",
    "provider_credential_not_valid": "may contain only printable ASCII characters",
    "provider_credential_too_long": "can have at most {most:,} characters",
    "provider_key_not_valid": "is not a verification key of SendGrid: copy it from Mail Settings > Event Webhooks",
    "provider_needs_credential": "is needed: requests of {service} cannot be verified without it",
    "provider_topic_not_valid": ("is not the ARN of an SNS topic, such as arn:aws:sns:eu-west-1:123456789012:tamis"),
    "provider_unknown": "there is no provider {provider}",
    "provider_without_networks": "{service} does not document from which addresses its requests come",
    "suppressions_not_csv": (
        "the file is not valid CSV from line {line} on, such as after a quote that is never closed: correct the line, "
        "and import the whole file again"
    ),
    "suppressions_not_utf8": "the file is not UTF-8 text: save it as CSV in UTF-8, and import that",
    "suppression_key_unknown": 'is no part of a suppression, which has "email", "reason" and "since"',
    "suppression_reason_unknown": "must be {reasons:quoted or}",
    "email_not_suppressed": "{email} is not suppressed",
    "email_not_forgotten": "{email} is not blocked in {contact_type}: it was not forgotten there",
    "delete_only": "delete",
    "edit_or_delete": "edit or delete",
    "email_not_valid": '"{email}" is not a valid email',
    "email_of_another_contact": "already belongs to another contact in {contact_type}",
    "email_taken": "the email has already been taken",
    "email_was_forgotten": "this email was forgotten on {day} and cannot be added again",
    "exclusion_unknown": 'contact {contact} is not excluded from the segment "{segment}"',
    "export_abandoned": "the command that requested this export has ended",
    "export_field_repeated": 'the field "{field}" is listed twice; list each field once',
    "export_field_unknown": 'there is no field "{field}"; choose from {known}',
    "export_format_unknown": "there is no such format",
    "field_changed_meanwhile": 'the field "{field}" was changed or deleted in the meantime: import the file again',
    "field_exists": 'there is already a field "{field}" in {contact_type}',
    "field_key_unknown": 'there is no field with the key "{field}" in this contact type',
    "field_is_reserved": '"{field}" is a standard field, which cannot be edited, moved or deleted',
    "field_of_contact_unknown": 'there is no field "{field}" in {contact_type}',
    "field_options_changed_meanwhile": '"{field}" received many new options in the meantime: import the file again',
    "field_id_unknown": "there is no field {field}",
    "field_unknown": 'there is no field "{field}" in {contact_type}',
    "field_without_suggestions": "there is no field {field} with values to suggest",
    "field_written_by_tamis": "cannot be edited: Tamis sets it",
    "fields_twice": 'there cannot be two fields named "{field}" in {contact_type}',
    "group_out_of_range": "must be from 1 to {groups}",
    "group_without_groups": "needs the number of groups",
    "groups_out_of_range": "must be from 2 to {most:,} groups",
    "history_begins_now": 'the member history of the segment "{segment}" starts now: choose a later time',
    "history_not_known": (
        'the member history of the segment "{segment}" starts at {since}: choose that time or a later one'
    ),
    "in_use_by_segments": (
        "{what} is used by the {segments:segment|segments} {segments:quoted and}; {remedy} {segments:it|them} first"
    ),
    "instant_not_come": "{instant} is in the future: choose a time in the past",
    "audit_action_unknown": "must be one of {known:plain or}",
    "expiry_past": "must be in the future",
    "item_without_email": "is missing: each contact of a batch needs an email",
    "key_of_item_unknown": 'is not known: a contact of a batch has "email" and "fields"',
    "key_pair_unknown": 'there is no active key pair "{public_key}"',
    "member_unknown": '{email} is not in the segment "{segment}"',
    "name_not_valid": "the name {problem}",
    "name_without_letters": '"{name}" needs at least one letter or digit',
    "newer_question": "replaced by a newer request",
    "no_contact_type_yet": 'there is no contact type "{contact_type}"; none have been created yet',
    "no_fields_chosen": "lists no field; omit it to export all fields",
    "not_utf8": "is not valid UTF-8",
    "option_in_use": (
        'the option "{option}" of "{field}" is used by the {segments:segment|segments} {segments:quoted and}'
    ),
    "option_in_use_by_many": (
        "more than {most:,} contacts have this option, and the {segments:segment|segments} {segments:quoted and} "
        "{segments:uses|use} it; edit or delete {segments:it|them} first"
    ),
    "option_not_left": '"{field}" would have no option "{option}"',
    "option_not_valid": '"{option}" {problem}',
    "option_parts_in_use": (
        "the {segments:segment|segments} {segments:quoted and} {segments:searches|search} for part of an option of "
        '"{field}" and could select other contacts; edit or delete {segments:it|them} first'
    ),
    "option_unknown": '"{field}" has no option "{option}"',
    "options_changed_since_seen": 'the options of "{field}" have changed since you opened them: review them again',
    "options_in_use": "{reasons:plain ;}; edit or delete them first",
    "options_missing": "a {kind:kind} field needs at least one option",
    "options_not_allowed": "a {kind:kind} field has no options",
    "options_repeated": "two options are the same",
    "percent_out_of_range": "must be more than 0 and at most 100",
    "purge_without_conditions": "say which contacts to delete: give a time of inactivity, or a rule with conditions",
    "recipient_unknown": "there is no recipient {recipient}",
    "sample_size_missing": "choose a percentage, a number of groups or both",
    "seed_too_long": "must not be longer than {most} characters",
    "change_number_unknown": "no change has the number {after} yet: begin again with the members of the segments",
    "changes_no_longer_kept": (
        "changes before number {earliest} are not kept any more: begin again with the members of the segments as of "
        "then, and with the changes after it"
    ),
    "changes_replaced_by_backup": (
        "number {after} is of changes that a restored backup has replaced: begin again with the members of the "
        "segments, and with the changes after number {earliest}"
    ),
    "members_not_known_at_change": (
        "the members of this segment are known only as of change number {earliest} and later ones, not as of {number}"
    ),
    "segment_changed_meanwhile": 'the segment "{segment}" has changed since you opened it',
    "segment_depends_on_itself": "a segment cannot depend on itself: {chain}",
    "segment_name_not_valid": "the segment name {problem}",
    "description_not_valid": "the description {problem}",
    "segment_name_taken": "the segment name has already been taken",
    "segment_name_unknown": 'there is no segment "{segment}"',
    "segment_named_twice": 'the segment "{segment}" is listed twice; list each segment once',
    "deleted_segment_not_restorable": (
        'the segment "{segment}" cannot be restored: what its rule needs is gone: {reasons:plain ;}'
    ),
    "deleted_segment_without_type": (
        'the segment "{segment}" cannot be restored: its contact type "{contact_type}" was deleted'
    ),
    "segment_not_in_trash": 'there is no segment "{segment}" in the trash',
    "segment_version_not_restorable": (
        'version {version} of the segment "{segment}" cannot be restored: what its rule needs is gone: '
        "{reasons:plain ;}"
    ),
    "segment_version_unknown": 'the segment "{segment}" has no version {version}',
    "segment_of_type_unknown": "there is no segment {segment} in {contact_type}",
    "segment_unknown": "there is no segment {segment}",
    "segments_of_two_types": (
        '"{segment}" and "{other}" have different contact types; compare segments of the same type'
    ),
    "segments_too_deep": (
        "segments can refer to each other up to {most} levels deep, and this would make {levels}: {chain}"
    ),
    "target_directory_missing": "there is no directory {directory}: create it, or choose another file",
    "target_exists": "{target} already exists: choose another file",
    "target_not_a_file": "{target} is not a regular file: choose a file, or - for standard output",
    "target_not_writable": "cannot write to {directory}: choose a file in another directory",
    "target_not_written": "cannot write {target}: {reason}; no file was left behind",
    "the_contact_type": 'the contact type "{contact_type}"',
    "the_field": 'the field "{field}"',
    "the_segment": 'the segment "{segment}"',
    "time_zone_of_place": '"{timezone}" is not a time zone; use {meant:plain or}',
    "time_zone_unknown": '"{timezone}" is not a time zone; use a name such as Asia/Dhaka',
    "too_many_fields": "a contact type can have at most {most:,} fields",
    "too_many_more_fields": (
        "a contact type can have at most {most:,} fields: there are {fields:,} in {contact_type}, and this would add "
        "{more:,}"
    ),
    "too_many_providers": "an account can have at most {most:,} providers: delete one that is not needed",
    "too_many_webhooks": "an account can have at most {most:,} webhooks: delete one that is not needed",
    "value_changed_meanwhile": '{name} was changed in the meantime and is now "{value}"',
    "value_erased_meanwhile": "{name} was changed in the meantime and is now blank",
    "values_do_not_fit": (
        '"{field}" cannot become a {kind:kind} field: {count:value} would not fit, such as {examples:quoted}; change '
        "them first, or clear them from these contacts"
    ),
    "webhook_unknown": "there is no webhook {webhook}",
    "webhook_url_address_spelling": (
        "has an address in an unusual spelling: write it as four decimal numbers, such as 192.0.2.1"
    ),
    "webhook_url_characters": (
        "may contain only printable ASCII characters: encode others with %, and host names with Punycode"
    ),
    "webhook_url_host": "has a host that is not valid",
    "webhook_url_not_secure": (
        "must begin with https://; http:// is possible only in networks that TAMIS_WEBHOOK_NETWORKS lists"
    ),
    "webhook_url_not_valid": "is not a valid URL, such as https://shop.example.com/tamis",
    "webhook_url_private": "leads to a private network; the operator can allow it with TAMIS_WEBHOOK_NETWORKS",
    "webhook_url_scheme": "must begin with https://",
    "webhook_url_too_long": "can have at most {most:,} characters",
    "webhook_url_with_credentials": (
        "cannot contain a user name or password: check the signatures of deliveries instead"
    ),
    "webhook_url_with_fragment": "cannot contain a fragment (#)",
    "wrong_number_of_segments": "compare {fewest} to {most} segments, not {count}",
}
