"""The golden set: results as they were frozen, and how they are measured and compared again.

Only what users see is used here: `import iqabench`, the command line, Parquet files and other outputs. So
the set survives any move of modules within the package.
"""
