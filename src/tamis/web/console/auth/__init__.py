"""Authentication of people: passwords, throttling of attempts, and confirmation by password."""
