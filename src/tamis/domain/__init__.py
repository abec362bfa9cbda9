"""The nouns of Tamis: pure, without input, output or a clock."""
