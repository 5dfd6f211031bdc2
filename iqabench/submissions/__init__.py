"""Measuring of public challenge submissions, each in a process of its own."""
