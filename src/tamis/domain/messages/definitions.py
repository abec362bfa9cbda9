"""What is wrong with a file of definitions: contact types, fields and segments as YAML."""

from collections.abc import Mapping

DEFINITIONS: Mapping[str, str] = {
    "definition_key_missing": '"{key}" is missing',
    "definition_key_unknown": 'there is no key "{key}" here; choose from {known:plain}',
    "definition_kind_unknown": '"{kind}" is not a kind of field; choose from {kinds:plain}',
    "definition_not_a_list": '"{key}" must be a list: start each entry with "- "',
    "definition_not_a_mapping": 'each entry of "{key}" must have keys, such as "name: …"',
    "definition_not_text": '"{key}" must be text: put it in quotes',
    "definition_rule_not_json": "the rule must be text, or JSON that is neither too deep nor too large",
    "definition_rule_wrong": 'the rule of "{name}" is wrong ({place}): {problem}',
    "definitions_not_a_mapping": 'must start with the key "{key}"',
    "field_defined_twice": 'the field "{name}" is already in line {line}',
    "kind_in_use": (
        'the kind of "{field}" cannot change while the {segments:segment|segments} {segments:quoted and} '
        "{segments:uses|use} it: first apply a file in which {segments:it does|they do} not"
    ),
    "present_kind_unknown": (
        'the field "{field}" is of the kind "{kind}", which this version does not know: use the version of Tamis that '
        "the server has"
    ),
    "present_rule_not_read": (
        'the present rule of the segment "{segment}" cannot be read: use the version of Tamis that the server has'
    ),
    "previous_name_used_twice": 'the previous name "{name}" is already in line {line}',
    "segment_defined_twice": 'the segment "{name}" is already in line {line}',
    "steps_need_each_other": "these changes wait for each other, so apply them in two files: {steps:plain ;}",
    "topic_defined_twice": 'the topic "{name}" is already in line {line}',
    "type_defined_twice": 'the contact type "{name}" is already in line {line}',
    "yaml_not_read": "is not valid YAML: {reason}",
}
