"""Sentences about the users of an account."""

TEAM = {
    "account_not_of_user": "you have no access to this account",
    "last_owner": "{email} is the only owner of the account: make somebody else an owner first",
    "role_too_small": "this takes the role {needed}",
    "user_has_password": "{email} is a user of another account and keeps their password: leave the password out",
    "user_in_account_already": "{email} is a user of this account already",
    "user_unknown": "there is no such user in this account",
    "user_with_email_unknown": "no user of this account has the email {email}",
    "user_without_account": "{email} has no access to any account: ask somebody to invite you",
}
