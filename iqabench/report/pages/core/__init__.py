"""The machinery of pages: what a page is, the report that they share, and the site that writes them."""

from iqabench.report.pages.core.page_registry import Page, Sheet, page, pages
from iqabench.report.pages.core.report import PageFailure, Report

__all__ = ["Page", "PageFailure", "Report", "Sheet", "page", "pages"]
