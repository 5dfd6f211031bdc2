"""The view `records`: every record once, the latest of equals (same key and sample).

Most stores hold nothing twice, and to sort millions of records only to find that out would take longer than
everything else. So each key is first summed up in one pass: how many records it has, and the sum of their
samples' hashes. Keys with equal sums have the same samples, and one of them is looked at for all.
"""

import duckdb

_EVERY_RECORD = """
CREATE TEMP VIEW every_record AS SELECT * FROM stored WHERE kind <> 'frame'
"""

_FRAMES = """
CREATE TEMP VIEW frames AS SELECT * FROM stored WHERE kind = 'frame'
QUALIFY row_number() OVER (PARTITION BY key, sample, frame ORDER BY time DESC, run DESC) = 1
"""

_SUMMED = """
CREATE TEMP TABLE summed AS
SELECT key, count(*) AS n, sum(hash(sample)) AS samples FROM every_record GROUP BY key
"""

_DOUBLED = """
CREATE TEMP TABLE doubled AS
WITH chosen AS (SELECT n, samples, min(key) AS key FROM summed GROUP BY n, samples),
looked_at AS (
    SELECT key FROM every_record SEMI JOIN chosen USING (key)
    GROUP BY key HAVING count(*) > count(DISTINCT sample)
)
SELECT summed.key FROM summed JOIN chosen USING (n, samples) JOIN looked_at ON looked_at.key = chosen.key
"""

_ONCE = """
CREATE TEMP VIEW records AS
SELECT * FROM every_record ANTI JOIN doubled USING (key)
UNION ALL
SELECT * FROM (SELECT * FROM every_record SEMI JOIN doubled USING (key))
QUALIFY row_number() OVER (PARTITION BY key, sample ORDER BY time DESC, run DESC) = 1
"""

_OF_KEYS = """
CREATE TEMP VIEW records AS SELECT * FROM stored WHERE kind <> 'frame'
QUALIFY row_number() OVER (PARTITION BY key, sample ORDER BY time DESC, run DESC) = 1
"""


def create_records(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the views `records` and `frames` over the view `stored`, in which records may stand twice.

    The records of single frames of clips are in `frames` only: the record of their clip stands in `records`.
    The table `summed` stays: keys, how many records each has, and the sum of their samples' hashes.
    """
    connection.execute(_EVERY_RECORD)
    connection.execute(_FRAMES)
    connection.execute(_SUMMED)
    connection.execute(_DOUBLED)
    count = connection.execute("SELECT count(*) FROM doubled").fetchone()
    if count is None or not count[0]:
        connection.execute("CREATE TEMP VIEW records AS SELECT * FROM every_record")
        return
    connection.execute(_ONCE)


def create_records_of_keys(connection: duckdb.DuckDBPyConnection) -> None:
    """Create only the view `records`, for queries of a few keys: it looks for equals among their records."""
    connection.execute(_OF_KEYS)
