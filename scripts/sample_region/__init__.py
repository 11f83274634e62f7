"""Builds the sample region: an equipment-manufacturing education group in Dalian.

Codes, names and links are facts (`facts/`, each row with its source); members are fictitious; quantities are
illustrative.
"""
