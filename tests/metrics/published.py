"""Five pairs of photographs of 512 x 384 pixels, and what the authors' MATLAB programs gave for them.

The images and figures of the calibration of IQA-PyTorch (ResultsCalibra, "official"): luminance by rgb2gray,
cwssim_index with 4 levels and 8 orientations, vifvec.
"""

from typing import NamedTuple

import numpy as np

from iqabench.images import Image

from .damage import Pixels


class Published(NamedTuple):
    """Checksums of two images, and figures to four digits."""

    output: str
    target: str
    cw_ssim: float
    vif: float


FIVE = {
    "I03": Published(
        "bb817e7fef614dcc12b3a99af33ce3d201bc4d56c4827254c0bcc4fa6ea11151",
        "28441215ca5b6358e6267717250a02eeec4fa5ef73ae454870b8426320f980a8",
        0.2763,
        0.0172,
    ),
    "I04": Published(
        "f3d685983aacd76b2c131579ea60cee345205a1169a4bd2ff5f3039ecf81729e",
        "c8500941a30397bc9e613a297e1286bdb955f49926148f58e7963d6e82b03c9f",
        0.9996,
        0.9891,
    ),
    "I06": Published(
        "726e043e99d8e07235c2535107d4bb6fc85bad0cb3cc7d6ba3ecf3364ac97539",
        "445c2c0fcb47898e9cd8e6de640f2545621d27cbb248c69ef2c84d8204723061",
        1.0,
        0.9924,
    ),
    "I08": Published(
        "8ad39042d7e17d6c96ecfd8c4b9f0e98c803b303a92d368ef57bc9c3c40f5330",
        "b5d6738ece811f45f43c5bce425ad5d18d5c78466989001fe1129fcdd08efdab",
        0.9068,
        0.9103,
    ),
    "I19": Published(
        "e0c6000652d270d1c39b7094761d01e14695fc5aa7cb76b945be6391327ee886",
        "b8a2ede827d8db21c45f9ca1fb1c043bcec571b5a7243b4ea1aab3fb4feb7e0b",
        0.8658,
        0.1745,
    ),
}


def rounded(image: Image) -> Pixels:
    """Return the image as rgb2gray gives it, (H, W, 1)."""
    grey = image.astype(np.float64) @ np.array([0.2989360213, 0.5870430745, 0.1140209043])
    return np.asarray(np.floor(grey + 0.5)[:, :, None], np.uint8)
