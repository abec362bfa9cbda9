"""Shapes of real export files, each taken through the command line, the console and standard input."""
