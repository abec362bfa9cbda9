"""Evaluation of rules for one contact in Python: the reference evaluator, explanations, dependencies of segments."""
