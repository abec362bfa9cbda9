"""Values as text, tables and charts."""
