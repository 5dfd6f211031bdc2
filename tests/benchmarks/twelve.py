"""The twelve full-reference metrics that are compared with other libraries."""

TWELVE = (
    "psnr",
    "ssim",
    "ms_ssim",
    "iw_ssim",
    "fsim",
    "vsi",
    "vifp",
    "gmsd",
    "mdsi",
    "haarpsi",
    "dss",
    "sr_sim",
)
