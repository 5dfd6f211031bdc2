"""Text of reports: digits, words, and tables as Markdown, CSV and LaTeX."""
