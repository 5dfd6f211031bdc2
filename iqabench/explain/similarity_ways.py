"""The habits in which SSIM differs between tools."""

from iqabench.explain.way import Way
from iqabench.ssim_variant import SsimVariant

_TAKE = "average only where the window lies within the image"

WINDOW = {
    "Gaussian": Way(
        "SSIM has an 11x11 Gaussian window, where it lies within the image, at full size"
    ),
    "uniform 7x7": Way(
        "SSIM has a uniform 7x7 window and the sample covariance, scikit-image's default; pass "
        "gaussian_weights=True, sigma=1.5, use_sample_covariance=False, data_range=255",
        1,
    ),
    "padded": Way(
        "SSIM's map reaches to the border, replicated beyond it, as in MATLAB's own ssim(); "
        + _TAKE,
        1,
    ),
    "3-D": Way(
        "SSIM has a window of 11x11x11 that reaches across the colours, as MATLAB's ssim() has on RGB "
        "images; take the mean of the channels' SSIM",
        1,
    ),
    "downsampled": Way(
        "images are first shrunk by round(shorter side / 256), as in the later ssim.m; keep their size",
        1,
    ),
    "sample covariance": Way(
        "SSIM has the sample covariance, scikit-image's default with gaussian_weights=True; pass "
        "use_sample_covariance=False",
        2,
    ),
    "zero-padded": Way(
        "SSIM's map reaches to the border with zeros beyond it, as in pytorch-ssim; " + _TAKE, 2
    ),
    "mirrored": Way(
        "SSIM's map reaches to the border, mirrored beyond it, as in kornia; " + _TAKE, 2
    ),
    "clipped": Way(
        "SSIM's term of contrast and structure is clipped at 0 before the mean, as in pyiqa; take the mean "
        "of the map as it is",
        2,
    ),
    "pooled": Way(
        "images are first pooled by round(shorter side / 256), as in DehazeFormer's and ConvIR's scripts; "
        "keep their size",
        2,
    ),
    "uniform 8x8": Way("SSIM has a uniform 8x8 window; take the Gaussian one of 11x11", 3),
    "uniform 11x11": Way("SSIM has a uniform 11x11 window; take the Gaussian one of 11x11", 3),
}

BY_VARIANT = {
    SsimVariant(): "Gaussian",
    SsimVariant(window="uniform", covariance="sample"): "uniform 7x7",
    SsimVariant(padding="replicate"): "padded",
    SsimVariant(padding="replicate", dimensions=3): "3-D",
    SsimVariant(covariance="sample"): "sample covariance",
    SsimVariant(clip_contrast=True): "clipped",
    SsimVariant(pooled=True): "pooled",
}
"""The windows that are variants of the package's own SSIM, which protocols name."""

DATA_RANGE = {
    "255": Way("SSIM's data_range is the range of the images"),
    "1 for 255": Way("SSIM is given data_range=1 (or C1, C2 of it) for images in 0 to 255", 2),
    "2 for 1": Way(
        "SSIM is given data_range=2, as older versions of scikit-image take it for floats, for images in "
        "0 to 1",
        2,
    ),
    "2 for 255": Way(
        "SSIM is given data_range=2, as older versions of scikit-image take it for floats, for images in "
        "0 to 255",
        2,
    ),
    "255 for 1": Way("SSIM is given data_range=255 for images in 0 to 1", 2),
    "219": Way("SSIM is given data_range=219, the swing of studio luma", 3),
    "range of the target": Way("SSIM is given the range of each target, max - min", 2),
    "maximum of the target": Way("SSIM is given the maximum of each target as data_range", 2),
}
DATA_RANGE = {
    name: Way(f"{way.words}; pass the range that the images have", way.cost) if way.cost else way
    for name, way in DATA_RANGE.items()
}

RANGES: dict[str, float] = {
    "255": 255.0,
    "1 for 255": 1.0,
    "2 for 1": 510.0,
    "2 for 255": 2.0,
    "255 for 1": 255.0 * 255,
    "219": 219.0,
}
"""The range that C1 and C2 are made of, in units of 0..255; the others depend on the target."""

OTHERS = {
    f"{channels}; region: {region}": (channels, region)
    for channels, region in (
        ("luma", "scale"),
        ("luma", "none"),
        ("RGB", "scale"),
        ("RGB", "none"),
        ("luma, rounded", "scale"),
        ("full-range luma, rounded", "scale"),
        ("luma, rounded", "none"),
        ("full-range luma, rounded", "none"),
    )
}
"""The channels and regions that SSIM may be taken of, whatever PSNR is taken of."""


def others_than(usual_region: str) -> list[str]:
    """Return those to try: rounded luma of the whole image only where papers compare whole images."""
    rare = [f"{name}; region: none" for name in ("luma, rounded", "full-range luma, rounded")]
    return [name for name in OTHERS if usual_region == "none" or name not in rare]


NOT_MATCHED, MATCHED = "outputs that were not matched", "outputs that were matched"
"""The outputs that SSIM is taken of where only one of the two figures is of outputs matched in brightness."""

SSIM_OF = {
    "the same pixels": Way("SSIM is taken of the pixels that PSNR is taken of"),
    NOT_MATCHED: Way(
        "SSIM is taken of the outputs as they are: only one of the two columns has the match of brightness; "
        "take both of the same outputs",
        1,
    ),
    MATCHED: Way(
        "SSIM is taken of outputs matched to the brightness of their targets, PSNR of outputs as they are: "
        "only one of the two columns has the match; take both of the same outputs",
        1,
    ),
    "the same pixels, as PSNR's mean": Way(
        "the mean of SSIM weights the images as that of PSNR does; take the plain mean"
    ),
} | {
    name: Way(
        f"SSIM is taken of other pixels than PSNR ({channels}, border {region}); take the same", 2
    )
    for name, (channels, region) in OTHERS.items()
}

USUAL_WINDOWS = ("Gaussian", "uniform 7x7", "padded", "3-D", "downsampled")
"""The windows of the most used tools."""

RANGED_WINDOWS = ("Gaussian", "uniform 7x7", "sample covariance", "padded")
"""The windows that are tried with every data range; the others are of tools that know their range."""
