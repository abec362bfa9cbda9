"""How a rule is told to people: in one sentence, as a list, and by examples."""
