"""Figures for papers: PDF and SVG that fit a column or a page, the same byte for byte from the same store.

bubbles       quality against cost, the area of a point its parameters
dots          models over sets, with intervals
differences   two models, image by image
montage       the region on which models differ most, enlarged, with each model's figure under it
"""

from iqabench.report.papers.write import write_figures

__all__ = ["write_figures"]
