"""The pages of a report, one file each, found by folder scan, entry point or IQABENCH_PAGES.

    @page(title="Hardest images", template=Path(__file__).with_name("hardest.html"))
    def hardest(report: Report) -> Iterator[Sheet]:
        yield Sheet("hardest", {"rows": report.results.query("SELECT ...")})

Adding a page is adding such a file and its template; `core` says what a page is and writes the site.
"""
