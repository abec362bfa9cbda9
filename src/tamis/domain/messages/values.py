"""What is wrong with a value, a name, an option or a password; most continue a sentence."""

from collections.abc import Mapping

VALUES: Mapping[str, str] = {
    "age_not_read": 'must be a whole number of years, from 0 to {oldest}, not "{text}"',
    "boolean_not_read": 'must be yes or no, true or false, or 1 or 0, not "{text}"',
    "code_not_read": (
        'must be plain digits because other values in this column start with a zero or a plus sign, not "{text}"'
    ),
    "topic_state_unknown": (
        'must be subscribed, pending or unsubscribed, yes or no, not "{text}": correct it, or leave it blank'
    ),
    "consent_value_unknown": (
        'must say whether the person can be mailed, such as subscribed, unsubscribed or bounced, not "{text}"'
    ),
    "date_not_read": 'must be a date such as {example}, not "{text}"{hint}',
    "day_of_month_not_read": 'must be a day of the month, from 1 to {last}, not "{text}"',
    "day_not_in_calendar": 'is not a calendar date: "{text}"',
    "duration_is_blank": "must not be blank; enter a duration such as 30 days",
    "duration_is_negative": 'must be a positive number, such as {positive}, not "{text}"',
    "duration_not_read": (
        'must be a whole number, up to {most:,}, of hours, days, weeks, months or years, such as 30 days, not "{text}"'
    ),
    "duration_too_short": "must be at least 1 hour; for today, use 0 days",
    "email_not_read": 'must be an email, not "{text}"',
    "has_control_characters": "must not contain control characters",
    "how_to_add_an_option": "; add it to the options of the field, or let the import add new options",
    "how_to_add_an_option_first": "; add it to the options of the field first",
    "instant_not_read": 'must be a date and time with an offset, such as 2024-12-31T23:59:00Z, not "{text}"',
    "list_item_of_wrong_type": "must be a list of texts, but one item is {found}",
    "moment_beyond_calendar": 'is before the year 1 or after the year 9999 in UTC: "{text}"',
    "moment_not_in_calendar": 'is not a valid date and time: "{text}"',
    "moment_not_read": 'must be a date and time such as {example} 23:59, not "{text}"{hint}',
    "month_not_read": 'must be a month such as March, or a number from 1 to 12, not "{text}"',
    "must_not_be_blank": "must not be blank",
    "number_has_too_many_digits": 'has more digits than a number can keep; use a text field: "{text}"',
    "number_is_ambiguous": 'could be {one} or {other}: write it without a comma, not "{text}"',
    "number_not_read": 'must be a number such as 12.5, not "{text}"',
    "number_not_written_so": 'must be a number such as {example}, not "{text}"',
    "number_too_large": 'is too large for a number: "{text}"',
    "number_would_lose": 'has {lost}, which a number would lose; make {field} a text field to keep it: "{text}"',
    "operand_is_blank": 'must not be blank; use the operator "is blank" instead',
    "option_has_separator": 'must not contain "{separator}", which separates multiple options',
    "option_not_known": 'must be one of {options:quoted 10…}, not "{text}"{advice}',
    "option_not_possible": 'has no option "{option}", and it cannot be added: an option {problem}',
    "options_not_known": "must be one of {options:quoted 10…}, not {named:quoted}{advice}",
    "password_made_of_own_words": (
        'is based on the email of the account or the word "tamis"; choose one that is harder to guess'
    ),
    "password_too_common": "is one of the passwords that attackers try first; choose one that is harder to guess",
    "password_too_long": "must not have more than {most:,} characters",
    "password_too_short": "must have at least {least} characters",
    "percentage_not_read": 'must be a percentage above 0% and up to 100%, such as 10% or 2.5%, not "{text}"',
    "period_not_read": 'must be day, week, month, quarter or year, not "{text}"',
    "text_too_long": "must not be longer than {most:,} characters",
    "unit_differs": '{problem}: "{text}"',
    "unit_missing": "has no {unit}, unlike the other values in this column",
    "unit_unlike_others": "is in {unit}, unlike the other values in this column",
    "unit_would_be_lost": "has the unit {unit}, which would be lost",
    "value_of_wrong_type": "must be {wanted}, not {found}",
    "weekday_not_read": 'must be a day of the week such as Monday, not "{text}"',
    "year_needs_four_digits": ": a year needs four digits",
}
