"""Samples whose records were read by different decoders of lossy files, so that their figures may differ."""

from iqabench.report.data.aggregate import Results

_DIFFERENT = """
SELECT set, string_agg(DISTINCT decoder, ' and ' ORDER BY decoder) AS decoders,
       count(DISTINCT sample) AS samples
FROM (
    SELECT set, sample, decoder,
           count(DISTINCT decoder) OVER (PARTITION BY set_hash, level, sample) AS several
    FROM records WHERE decoder <> '' AND key IN (SELECT key FROM numbered)
)
WHERE several > 1 GROUP BY set ORDER BY set
"""


def decoder_notes(results: Results) -> list[str]:
    """Return a sentence about each set whose records of one sample were read by different decoders."""
    return [
        f"JPEG or other lossy files of {row['set']} were read by {row['decoders']} in different records of "
        f"{row['samples']} {'image' if row['samples'] == 1 else 'images'}: part of a difference may be the "
        "decoder's. Run the models again with one installation, in a new store."
        for row in results.query(_DIFFERENT)
    ]
