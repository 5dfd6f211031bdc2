"""Five pairs of TID2013, of 512 x 384 pixels, and the figures of the authors' programs for them.

The images and figures of the calibration of IQA-PyTorch (ResultsCalibra/results_official.csv): luminance by
rgb2gray in 8 bits, cwssim_index with 4 levels and 8 orientations, vifvec; FSIMc and LPIPS of colour images.
"""

from typing import NamedTuple


class Published(NamedTuple):
    """The checksums of two images, and figures to the digits that were printed."""

    output: str
    target: str
    cw_ssim: float
    vif: float
    ssim: float
    fsimc: float
    lpips: float
    entropy: float
    psnr: float
    piqe: float
    gmsd: float
    nlpd: float


FIVE = {
    "I03": Published(
        "bb817e7fef614dcc12b3a99af33ce3d201bc4d56c4827254c0bcc4fa6ea11151",
        "28441215ca5b6358e6267717250a02eeec4fa5ef73ae454870b8426320f980a8",
        cw_ssim=0.2763,
        vif=0.0172,
        ssim=0.6993,
        fsimc=0.689,
        lpips=0.7237,
        entropy=6.9511,
        psnr=21.11,
        piqe=100.0,
        gmsd=0.220347639470143,
        nlpd=0.561610096893874,
    ),
    "I04": Published(
        "f3d685983aacd76b2c131579ea60cee345205a1169a4bd2ff5f3039ecf81729e",
        "c8500941a30397bc9e613a297e1286bdb955f49926148f58e7963d6e82b03c9f",
        cw_ssim=0.9996,
        vif=0.9891,
        ssim=0.9978,
        fsimc=0.9702,
        lpips=0.2572,
        entropy=6.9661,
        psnr=20.99,
        piqe=21.62,
        gmsd=0.0005220585050504579,
        nlpd=0.019534798560102,
    ),
    "I06": Published(
        "726e043e99d8e07235c2535107d4bb6fc85bad0cb3cc7d6ba3ecf3364ac97539",
        "445c2c0fcb47898e9cd8e6de640f2545621d27cbb248c69ef2c84d8204723061",
        cw_ssim=1.0,
        vif=0.9924,
        ssim=0.9989,
        fsimc=0.9927,
        lpips=0.05079,
        entropy=7.5309,
        psnr=27.01,
        piqe=35.86,
        gmsd=0.0004482814810014102,
        nlpd=0.015915631543598,
    ),
    "I08": Published(
        "8ad39042d7e17d6c96ecfd8c4b9f0e98c803b303a92d368ef57bc9c3c40f5330",
        "b5d6738ece811f45f43c5bce425ad5d18d5c78466989001fe1129fcdd08efdab",
        cw_ssim=0.9068,
        vif=0.9103,
        ssim=0.9669,
        fsimc=0.9575,
        lpips=0.05205,
        entropy=7.5566,
        psnr=23.3,
        piqe=41.15,
        gmsd=0.134631933046914,
        nlpd=0.302802106557736,
    ),
    "I19": Published(
        "e0c6000652d270d1c39b7094761d01e14695fc5aa7cb76b945be6391327ee886",
        "b8a2ede827d8db21c45f9ca1fb1c043bcec571b5a7243b4ea1aab3fb4feb7e0b",
        cw_ssim=0.8658,
        vif=0.1745,
        ssim=0.6519,
        fsimc=0.822,
        lpips=0.4253,
        entropy=5.7629,
        psnr=21.62,
        piqe=76.95,
        gmsd=0.204996493556054,
        nlpd=0.432604962261603,
    ),
}
