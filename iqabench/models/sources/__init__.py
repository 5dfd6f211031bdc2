"""The sources of models that users bring: the code and the data that decide pixels beside the weights.

They are part of the model's hash, and so of the key of every record: an edited network gets new figures.
"""
