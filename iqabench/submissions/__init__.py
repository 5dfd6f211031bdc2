"""Public submissions of a challenge: measured from a checkout of its repository, and compared with what was
printed.

checkout_copy, process, worker   one process per submission, in a copy of the checkout
request, selection, loading      the request to it, and the loading of other people's code
turns                            timing in turn with the baseline
measure                          costs of all submissions
published_counts                 costs beside those that the organisers printed
reproduce, ratios, ranks         the ranking by measured figures beside the published one
results                          its results
"""
