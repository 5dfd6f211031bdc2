"""The mean of features over the whole image, or over large windows of it."""

from torch import Tensor, nn
from torch.nn.functional import pad


class LocalMean(nn.Module):
    """The mean of each channel over a square window around each pixel; over the whole image without a window.

    A network that was trained on crops has seen only means of their size. A window of about that size gives
    it such means on large images too; the means of windows that would leave the image are those of the
    nearest windows within it.

    Source: Chu et al., "Improving Image Restoration by Revisiting Global Information Aggregation", ECCV 2022,
    arXiv:2112.04491 (TLC).
    """

    def __init__(self, window: int = 0) -> None:
        super().__init__()
        self.window = window

    def forward(self, x: Tensor) -> Tensor:
        """Return the means.

        Shapes: (N, C, H, W) to (N, C, 1, 1); kept when the window is smaller than the image.
        """
        height, width = x.shape[2:]
        if not self.window or (self.window >= height and self.window >= width):
            return x.mean((2, 3), keepdim=True)
        rows, columns = min(self.window, height), min(self.window, width)
        sums = pad(x.cumsum(3).cumsum(2), (1, 0, 1, 0))
        upper, lower = sums[:, :, :-rows], sums[:, :, rows:]
        boxes = (
            lower[..., columns:]
            + upper[..., :-columns]
            - upper[..., columns:]
            - lower[..., :-columns]
        )
        spare_rows, spare_columns = rows - 1, columns - 1
        edges = (
            spare_columns // 2,
            spare_columns - spare_columns // 2,
            spare_rows // 2,
            spare_rows - spare_rows // 2,
        )
        return pad(boxes / (rows * columns), edges, "replicate")
