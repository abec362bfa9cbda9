"""Sentences about the users of an account."""

TEAM = {
    "account_not_of_user": "you have no access to this account",
    "code_wrong": "this code is wrong or no longer valid; enter the one that your app shows now",
    "codes_off": "two-step sign-in is not on",
    "invitation_not_valid": (
        "this invitation was accepted, withdrawn or replaced, or has expired: ask whoever invited you for a new one"
    ),
    "invitation_of_other_user": "this invitation is for {email}: sign in as that user to accept it",
    "invitation_takes_sign_in": "{email} is a user already: sign in to accept the invitation",
    "invitation_unknown": "there is no invitation of {email} to this account",
    "last_owner": "{email} is the only owner of the account: make somebody else an owner first",
    "mail_not_sent": "the mail server did not accept the email: hand over the link in another way",
    "password_link_not_valid": "this link was used or replaced, or has expired: ask for a new one",
    "role_too_small": "this requires the role {needed}",
    "user_in_account_already": "{email} is a user of this account already",
    "user_of_other_account": "{email} is a user of another account already",
    "user_unknown": "there is no such user in this account",
    "user_with_email_unknown": "no user of this account has the email {email}",
    "user_without_account": "{email} has no access to any account: ask somebody to invite you",
}
