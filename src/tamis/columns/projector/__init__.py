"""How the projection follows the records and the time."""
