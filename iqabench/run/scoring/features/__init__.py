"""The features of many images, by which columns over whole sets compare outputs with targets.

- `job.py`: the images as they travel to a worker, and the computing of their features there
- `gathering.py`: the folding of features into one summary, as they come
- `ledger.py`: the images on the driver, which puts their features into order
"""
