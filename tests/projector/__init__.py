"""The projector: its steps, its strategies, and what is left when it is killed between two steps."""
