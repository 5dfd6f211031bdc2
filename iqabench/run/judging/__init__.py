"""The scoring of images that people have judged: a set of opinions, image by image.

- `images.py`: the images with their references, and their decoding
- `job.py`: the set as it travels to a worker
- `session.py`: the set on a worker, where its images are scored
- `ledger.py`: the set on the driver, which chooses images and stores records
"""
