"""How the text of a file is encoded: what its lines show of it, and which encoding reads them best."""
