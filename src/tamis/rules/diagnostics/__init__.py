"""What is wrong with a rule, where, and how to write it right, in words for people."""
