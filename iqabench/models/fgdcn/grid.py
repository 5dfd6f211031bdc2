"""The synthesis of FGDCN: a grid of layers at three sizes, which maps features to colours."""

from torch import Tensor, nn

from iqabench.models.fgdcn.flow import Maps, resized

_WIDTHS = (48, 96, 192)


class GridStep(nn.Module):
    """Two activated convolutions: within a size (then added to the input), to the half or the double size."""

    def __init__(self, inputs: int, outputs: int, way: str) -> None:
        super().__init__()
        self.way = way
        stride = 2 if way == "down" else 1
        self.layers = nn.Sequential(
            nn.PReLU(),
            nn.Conv2d(inputs, outputs, 3, stride, 1),
            nn.PReLU(),
            nn.Conv2d(outputs, outputs, 3, 1, 1),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Return the features of the step."""
        y: Tensor = self.layers(resized(x, 2) if self.way == "up" else x)
        return x + y if self.way == "lateral" else y


class GridNet(nn.Module):
    """Three rows of sizes and six columns: down in the first half, up in the second.

    Shapes: (N, 48, H, W), (N, 96, H / 2, W / 2) and (N, 192, H / 4, W / 4) to (N, 3, H, W).
    """

    def __init__(self) -> None:
        super().__init__()
        self.lateral = nn.ModuleList(
            nn.ModuleList(GridStep(width, width, "lateral") for _ in range(columns))
            for width, columns in zip(_WIDTHS, (6, 5, 5), strict=True)
        )
        pairs = [(48, 96), (96, 192)]
        self.down = nn.ModuleList(
            nn.ModuleList(GridStep(small, large, "down") for _ in range(3))
            for small, large in pairs
        )
        self.up = nn.ModuleList(
            nn.ModuleList(GridStep(large, small, "up") for _ in range(3)) for small, large in pairs
        )
        self.compress = nn.ModuleList(nn.Conv2d(w, w, 3, 1, 1) for w in _WIDTHS)
        # Images of the smaller sizes are made in training only; their layers are in the authors' files.
        self.to_RGB, self.to_RGB_L1, self.to_RGB_L2 = (
            nn.Sequential(nn.PReLU(), nn.Conv2d(w, 3, 3, 1, 1)) for w in _WIDTHS
        )

    def forward(self, maps: Maps) -> Tensor:
        """Return what is added to the warped frames."""
        top, middle, low = (layer(m) for layer, m in zip(self.compress, maps, strict=True))
        for column in range(3):
            middle = middle + self.down[0][column](top)  # type: ignore[index]  # a list of lists
            low = low + self.down[1][column](middle)  # type: ignore[index]
            top = self.lateral[0][column](top)  # type: ignore[index]
            middle = self.lateral[1][column](middle)  # type: ignore[index]
            low = self.lateral[2][column](low)  # type: ignore[index]
        for column in range(3):
            middle = middle + self.up[1][column](low)  # type: ignore[index]
            top = top + self.up[0][column](middle)  # type: ignore[index]
            if column < 2:
                low = self.lateral[2][3 + column](low)  # type: ignore[index]
                middle = self.lateral[1][3 + column](middle)  # type: ignore[index]
                top = self.lateral[0][3 + column](top)  # type: ignore[index]
        colours: Tensor = self.to_RGB(self.lateral[0][5](top))  # type: ignore[index]
        return colours
