"""Full-reference metrics without networks, and their oracles."""

from functools import partial

import numpy as np
from oracles import CUTS, DEFINITION, EVERY, MATLAB, TID, USUAL, Oracle, full
from oracles_calls import (
    by_channel,
    decibels,
    even,
    greys,
    in_order,
    of_ergas,
    of_five,
    of_lab,
    of_mad,
    of_sam,
    of_vif,
    of_vifp,
    piqs,
    planes,
    power,
    sharma,
    squares,
    whole_numbers,
    without_black,
    written,
)

PIQ = "piq, in double"
SIX = "a part of a demo photograph under 6 damages"
NO_MATLAB = "no program of the authors was found"

TABLE = [
    full(
        "ciede2000", "scikit-image, in double", USUAL, of_lab, of="colour",
        others="scikit-image rounds the constants of the straight part near black",
    ),
    Oracle(
        "ciede2000", "Table 1 of Sharma et al. 2005, four digits", "their pairs of colours", sharma,
        relative=False,
    ),
    full("cw_ssim", MATLAB, CUTS, greys),
    Oracle("cw_ssim", "MATLAB's figures, four digits", TID, of_five("cw_ssim"), relative=False),
    full("dss", "the definition block by block, in double", EVERY, written()),
    full("dss", PIQ, EVERY, piqs("dss"), "piq rounds half to even: 1e-3 off on some sizes"),
    full("ergas", "torchmetrics, in double", USUAL, of_ergas, of="colour"),
    full("fsim", MATLAB, EVERY, in_order(0)),
    full(
        "fsimc", MATLAB, EVERY, in_order(1), of="fsim",
        others="piq up to 4.5e-3 off: an absolute value where the authors take the real part",
    ),
    full("gmsd", MATLAB, EVERY, written(), "piq divides by n, the authors by n - 1"),
    full(
        "haarpsi", "the authors' Python, in double", EVERY, written(),
        "piq up to 2e-3 off: four digits of I and Q for three",
    ),
    full("iw_ssim", MATLAB, CUTS, lambda m: lambda o, t: m.reference(m.grey(o), m.grey(t))),
    full(
        "iw_ssim", PIQ, SIX, written("of_piq"), "piq with the arguments exchanged: up to 1.6e-2",
        pairs=partial(even, 4, 208, 192, "tint"),
    ),
    full(
        "mad", "the authors' MATLAB and C, in double", "small " + CUTS.replace("6", "7"), greys,
        pairs=of_mad,
    ),
    full("mae", "numpy, in double", USUAL, power(1), of="mean_errors"),
    full(
        "mae_unit", "the mean of three channels in 0..1 by numpy, in double", USUAL,
        lambda _: lambda o, t: np.abs(o / 255.0 - t / 255.0).mean(axis=(0, 1)).mean(),
        of="mean_errors",
    ),
    full("mdsi", MATLAB, EVERY, written()),
    full("mdsi", PIQ, EVERY, piqs("mdsi"), "piq rounds 2.5 to 2 where MATLAB has 3"),
    full(
        "ms_gmsd", PIQ, EVERY, piqs("multi_scale_gmsd", chromatic=False), NO_MATLAB, of="gmsd"
    ),
    full(
        "ms_gmsd_c", PIQ, EVERY, piqs("multi_scale_gmsd", chromatic=True), NO_MATLAB, of="gmsd"
    ),
    full("ms_ssim", DEFINITION, CUTS, written()),
    full(
        "ms_ssim", PIQ, SIX, written("of_piq"), "piq up to 4.4e-3 off on odd sizes",
        pairs=partial(even, 0, 240, 192),
    ),
    full("mse", "numpy, in double", USUAL, squares, of="mean_errors"),
    full("nlpd", MATLAB, USUAL, greys),
    full(
        "psnr", "numpy, in double", USUAL, decibels,
        "piq adds 1e-8 to the error: 0.007 dB lower at 52 dB",
    ),
    full(
        "psnr_b", "the definition, in loops", CUTS,
        lambda m: lambda o, t: m.reference(m.grey(o), m.grey(t)),
        "torchmetrics up to 0.17 dB higher",
    ),
    full("rmse", "numpy, in double", USUAL, power(2), of="mean_errors"),
    full(
        "sam", "torchmetrics, in double", USUAL + ", no pixel black", of_sam,
        "torchmetrics has NaN where a pixel is black", of="colour", pairs=without_black,
    ),
    full("sr_sim", MATLAB, EVERY, in_order(0)),
    full("sr_sim", PIQ, EVERY, piqs("srsim"), "piq rounds 2.5 to 2 where MATLAB has 3"),
    full(
        "sr_simc", "the definition of sr_sim with fsimc's factor, in double", EVERY, in_order(1),
        "no program of the authors exists; piq takes an absolute value in the factor", of="sr_sim",
    ),
    full("ssim", DEFINITION, USUAL, planes),
    full(
        "ssim", "scikit-image, in double, windows within the image", USUAL,
        lambda m: by_channel(m.of_skimage),
    ),
    full("uqi", "the definition in whole numbers", CUTS, whole_numbers),
    full("vif", MATLAB, CUTS.replace("6", "7"), greys, pairs=of_vif),
    Oracle("vif", "MATLAB's figures, four digits", TID, of_five("vif"), relative=False),
    full("vifp", DEFINITION, CUTS, greys, pairs=of_vifp),
    full("vifp", PIQ, USUAL, written("of_piq")),
    full("vsi", "a derivative of the authors' MATLAB, in double", EVERY, written(),
         "piq up to 3e-3 off"),
]  # fmt: skip
