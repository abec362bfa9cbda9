"""Tests of what people have agreed to."""
