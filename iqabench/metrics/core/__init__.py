"""The machinery of metrics: what a metric and a column are, and how columns are scored."""
