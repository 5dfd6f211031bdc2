"""The adoption of sets that a person hands over, and of which nobody has published checksums.

A set declares layouts, how many samples it has, and the sizes of its images. `adopt_set` looks below a folder
for a layout that fits whole, copies the files into the cache, and writes a pinned list with their checksums,
which every later run and `verify` compare with (`iqabench.sets.pinned_list`). Another version of the set is
refused by name.
"""
