"""The demonstration: the customers of the Sakila film rental, and what one would ask about them."""
