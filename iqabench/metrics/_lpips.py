"""What the six metrics of LPIPS have in common."""

from iqabench.images import Pair


def distance(pair: Pair, owner: str, net: str, version: str = "0.1") -> float:
    """The distance in a backbone, with heads of that version. `owner`: the metric, for messages.

    Raises: MetricError when the network's weights cannot be had.
    """
    # Imported here: PSNR and SSIM, which this folder's scan brings along, do not wait for torch.
    import torch  # noqa: PLC0415

    from iqabench.metrics._learned import tensors  # noqa: PLC0415
    from iqabench.metrics._lpips_network import network  # noqa: PLC0415

    apart = network(pair.device, owner, net, version)
    with torch.inference_mode():
        return float(apart(*tensors(pair, 127.5, -1.0)))
