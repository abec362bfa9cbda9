"""The users of an account: their roles, invitations, sign-in codes and password links."""
