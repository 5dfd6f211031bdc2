"""Pages of the HTML report, with their templates."""
