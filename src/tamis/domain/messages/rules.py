"""What is wrong with a rule, and how to write it right."""

from collections.abc import Mapping

RULES: Mapping[str, str] = {
    "alternatives_without_operator": (
        "each condition needs its own field and operator: {conditions}; or use a list: {field} in {values}"
    ),
    "anniversary_in_hours": "must be in days, weeks, months or years: an anniversary is a whole day",
    "backtick_missing": "the closing backtick is missing",
    "clause_repeated": 'a condition about events can have only one number of times, one time window and one "where"',
    "condition_missing": "a condition is missing",
    "count_with_within": '; for the last {duration}, use "is within {duration}"',
    "count_from_today_so": '; for a time relative to today, use "is within", "is more than … ago" or "is in the next"',
    "count_is_negative": "must be 0 or more",
    "count_is_not_whole": "must be a whole number of times",
    "date_field_in_hours": "must be in days, weeks, months or years: hours need a date-time field",
    "day_needs_after_or_before": '; for a calendar date, use "is after" or "is before"',
    "did_you_mean": "; did you mean {near:quoted or}?",
    "event_value_not_compared": (
        'an operator and a value are missing after "{function}", such as >= 100, or is within 30 days'
    ),
    "events_there_are": "; choose from {events:quoted}",
    "event_is_no_field": (
        'there is no field "{event}"; it is an event: write did "{event}" at least 3 times, or count of "{event}" > 3'
    ),
    "expected_comma": "expected a comma or a closing parenthesis",
    "expected_end": 'expected "and", "or" or the end of the rule',
    "expected_field": 'expected a field or "is in segment"; each condition needs a field, as in age > 5 and age < 10',
    "expected_field_without_quotes": (
        'expected a field, written without quotes, as in country = "India"; each condition needs a field: country = '
        '"India" or country = "Japan"'
    ),
    "expected_operator": 'expected an operator such as =, >, "contains" or "is between"',
    "expected_parenthesis": 'expected "and", "or" or a closing parenthesis',
    "expected_percentage": 'expected a percentage and a name, as in is in random 10% "autumn test"',
    "expected_second_value": 'expected "and" and the second value, as in is between 25 and 60',
    "expected_unit_of_time": "expected a unit of time: hours, days, weeks, months or years",
    "expected_value": (
        "expected a value: text in quotes, a number, a date such as 2024-12-31, or a duration such as 30 days"
    ),
    "field_inside_where": (
        '"{field}" is a field of contacts, not a property of "{event}" events: move this condition out of "where"'
    ),
    "for_several_values": '; for several values, use "{operator}"',
    "function_needs_property": 'needs a property: {function}(…) of "{event}"',
    "function_takes_no_property": '"{function}" takes no property; remove it',
    "field_compared_with_itself": "must be another field: a field is always equal to itself",
    "group_is_empty": "a group needs at least one condition",
    "json_not_valid": "is not valid JSON: {reason}",
    "leave_ago_out": '; remove "ago", or use "is more than … ago"',
    "list_without_parentheses": "put a list in parentheses: {field} {operator} {values}",
    "lists_not_told_apart": "cannot have two operators that take lists: their values run together",
    "no_event": 'there is no event "{event}"{advice}',
    "no_event_function": 'there is no "{function}" of events; use count, sum, min, max, average, first or last',
    "no_event_with_id": "there is no event with the ID {event}",
    "no_events_yet": "; no events have been sent for this contact type yet",
    "no_field": 'there is no field "{field}"{advice}',
    "no_field_with_id": "there is no field with the ID {field}{advice}",
    "no_operator": 'there is no operator "{operator}"{advice}',
    "no_property": '"{event}" events have no property "{property}"{advice}',
    "no_topic_of_type": 'there is no topic "{topic}" of this contact type{advice}',
    "no_segment_of_type": 'there is no segment "{segment}" of this contact type{advice}',
    "not_a_condition": (
        'must have "all", "any", "not", "event", or "field" and "operator" with "values", and nothing else'
    ),
    "not_a_field_reference": "must be the ID or the key of a field",
    "not_a_function_name": "must be count, sum, min, max, average, first or last",
    "not_a_list": "must be a list",
    "not_a_list_of_values": "must be a list of strings, numbers or booleans",
    "not_a_property_reference": "must be the ID or the key of a property",
    "not_a_window": 'must be an object with "operator" and "values", and nothing else',
    "not_an_event_condition": (
        'must have "event", and may have "function", "property", "window", "where", "operator" and '
        '"values"; remove {keys:quoted and}'
    ),
    "not_an_event_reference": "must be the ID or the name of an event",
    "not_an_object": "must be an object",
    "not_an_operator_name": "must be the name of an operator",
    "note_is_superfluous": (
        "remove it: a negative operator already includes blank values; elsewhere, add a condition: is blank"
    ),
    "number_with_blanks": "write numbers without spaces, such as 1000",
    "number_with_commas": "write numbers without commas: {number}, not {text}",
    "operator_does_not_apply": '"{operator}" does not work with "{field}", a {kind:kind} field{advice}',
    "operator_is_no_window": (
        '"{operator}" cannot say when events happened; use "within", "between", "after", "before" or "more than … ago"'
    ),
    "other_field_of_another_kind": (
        'must be another {kind:kind} field, not "{other}", which is a {other_kind:kind} field'
    ),
    "other_field_unknown": "must be a field: {problem}",
    "operator_missing": 'an operator is missing after {after}, such as =, "contains" or "is blank"',
    "operator_needs_field": '"{operator}" needs a field',
    "operator_takes_no_field": '"{operator}" takes no field; remove the field',
    "operator_takes_no_field_in_arrays": 'must be {no_field} for "{operator}", which takes no field',
    "operators_and_fields_differ": "must have one operator for each field",
    "operators_of_field": '; for "{field}", a {kind:kind} field, use {operators}',
    "operators_there_are": "; use {operators}",
    "parenthesis_missing": "a closing parenthesis is missing",
    "parenthesis_not_opened": 'expected "and", "or" or the end of the rule; there is no matching opening parenthesis',
    "period_so": '; for the calendar, use "is in this {period}", "is in last {period}" or "is in next {period}"',
    "properties_there_are": "; choose from {properties:quoted}",
    "property_does_not_fit": '{function} needs a {wanted} property; "{property}" is a {kind:kind} property',
    "property_outside_where": (
        'there is no field "{property}"; it is a property of "{event}" events: put conditions about them in the '
        'parentheses of did "{event}" where (… and …)'
    ),
    "query_type_not_valid": 'must be "and" or "or" when there are several conditions',
    "quote_missing": "the closing quote is missing",
    "rule_ends_too_early": "the rule ends too early: {missing}",
    "rule_not_read": "cannot read {shown}: {advice}",
    "rule_too_deep": "must not nest deeper than {most} levels",
    "rule_too_long": "must not be longer than {most:,} characters",
    "search_too_long": "use at most {words} words with {letters} letters in total",
    "second_value_missing": (
        'the second value is missing: "is between" takes two values with "and", as in is between 25 and 60'
    ),
    "share_not_valid": "a random part {problem}",
    "share_name_without_quotes": 'put the name of the random part in quotes: "{name}"',
    "segment_name_without_quotes": 'put the segment name in quotes: "{segment}"',
    "topic_name_without_quotes": 'put the topic name in quotes: "{topic}"',
    "sum_is_too_large": "must be between -{most:,} and {most:,}",
    "sum_is_too_precise": "must have at most six decimals",
    "takes_no_value": '"{operator}" takes no value, not {count}{advice}',
    "takes_one_value": '"{operator}" takes one value, not {count}{advice}',
    "takes_two_values": '"{operator}" takes two values, not {count}{advice}',
    "takes_values": '"{operator}" takes at least one value, not {count}{advice}',
    "text_without_quotes": 'must be in quotes if it is text: "{text}"',
    "times_missing": 'add "times" if this is how often it happened: {number} times',
    "times_in_digits": 'write the number of times in digits, as in did "{event}" {operator} 3 times',
    "times_need_operator": (
        'say how the number is compared: did "{event}" at least {number} times, at most {number} times or exactly '
        "{number} times"
    ),
    "times_need_did": '"times" goes with "did", as in did "{event}" at least 3 times',
    "too_few_entries": "must have at least {wanted:entry|entries} for these operators, not {count}",
    "too_many_conditions": "must not have more than {most} conditions",
    "too_many_event_conditions": "must not have more than {most} conditions about events",
    "too_many_values": "must not have more than {most:,} values",
    "use_operators": "; use {operators}",
    "value_is_a_field": 'cannot be another field; if you mean text, put it in quotes: "{other}"',
    "value_is_only_blanks": "must not be only spaces: no value starts or ends with one",
    "value_missing": "a value is missing",
    "value_not_valid": 'the value of "{field}" {problem}',
    "value_with_advice": "{problem}{advice}",
    "values_in_wrong_order": "the values are in the wrong order; swap {low} and {high}",
    "values_without_and": 'put "and" between the two values: {operator} {low} and {high}',
    "where_is_about_properties": 'after "where" there can only be conditions about properties of "{event}"',
    "write_and": 'write "and"',
    "window_comes_first": "the time window comes before the comparison: {window} {comparison}",
    "write_count_so": 'write count of "order" >= 3, or did "order" at least 3 times',
    "write_duration_so": "; write {plain}",
    "write_field_so": 'write the field "{name}" as {field}, or in backticks: `{name}`',
    "write_function_so": 'write the property alone in the parentheses: {function}(amount) of "order"',
    "write_number_so": "; write {plain}, with digits and a decimal point only",
    "write_other_field_so": (
        "cannot be another field; to compare the two, write {field} {operator} {other}; if you mean text, put it in "
        'quotes: "{other}"'
    ),
    "write_or": 'write "or"',
    "wrong_number_of_entries": "must have {wanted:entry|entries} for these operators, not {count}",
    "year_comes_first": "; write the year first, then the month and the day",
}
