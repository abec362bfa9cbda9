"""A lost power supply: what reaches the disk is recorded, and rebuilt as any crash could have left it."""
