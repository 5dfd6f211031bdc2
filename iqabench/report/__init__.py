"""Reports: what a store holds, as rows, tables, plots and pages. Reads records alone; no torch here.

aggregate   records grouped in DuckDB; plain rows for the command line
tables      models x columns, with places; `forms` writes them as Markdown, CSV and LaTeX
html        the static folder
"""
