"""Plots as SVG and pictures for the pages of a report."""
