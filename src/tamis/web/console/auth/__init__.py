"""Who may sign in, and who may go on: passwords, how often they are tried, and what asks for them again."""
