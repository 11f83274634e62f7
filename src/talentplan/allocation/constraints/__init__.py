"""Constraint families, one function each: equation first in the docstring, rows named by index, a sentence each."""
