"""Data of reports: records of a store, grouped and turned into tables and points."""
