"""The network of CLIP-IQA: the image side of CLIP's ResNet-50, and what it says of two sentences.

The network is piq's. Its loader would download the weights by itself; here they come from our cache.
"""

import threading
import warnings
from functools import cache
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import multi_head_attention_forward

from iqabench.metrics.core.lazy import piq_clip
from iqabench.metrics.networks.image_tensors import precision
from iqabench.metrics.networks.weights import clip_file

SENTENCES = (
    (49406, 886, 1125, 269, 49407),
    (49406, 2103, 1125, 269, 49407),
)
"""'Good photo.' and 'Bad photo.' as CLIP's tokeniser spells them, between its marks of begin and end."""

_loading = threading.Lock()


class Goodness(nn.Module):
    """The probability of the first sentence, given an image.

    Shapes: (1, 3, H, W) to ().
    Range: images in 0..1.
    """

    def __init__(self, visual: Any, sentences: Tensor, scale: float) -> None:
        super().__init__()
        visual.attnpool = _FirstToken(visual.attnpool)
        self.visual: nn.Module = visual
        self.sentences = nn.Buffer(sentences)
        self.scale = scale
        self.mean = nn.Buffer(_colours(0.48145466, 0.4578275, 0.40821073))
        self.deviation = nn.Buffer(_colours(0.26862954, 0.26130258, 0.27577711))

    def forward(self, image: Tensor) -> Tensor:
        """Softmax over the scaled cosines between image and sentences."""
        features = self.visual((image - self.mean) / self.deviation, pos_embedding=False)
        cosines = _unit(features) @ self.sentences.T
        probabilities: Tensor = (self.scale * cosines).softmax(-1)
        return probabilities[0, 0]


class _FirstToken(nn.Module):
    """CLIP's attention pooling without places: it asks only for the first token, their mean.

    piq computes every token's attention, whose memory grows with the square of the image's size.

    Shapes: (N, C, H, W) to (N, D).
    """

    def __init__(self, pool: Any) -> None:
        super().__init__()
        self.pool = pool

    def forward(self, x: Tensor, return_token: bool, pos_embedding: bool) -> Tensor:
        """Return what piq's pooling gives with both options off, as `Goodness` has them."""
        assert not return_token
        assert not pos_embedding
        tokens = x.flatten(2).permute(2, 0, 1)
        mean = tokens.mean(0, keepdim=True)
        tokens = torch.cat((mean, tokens))
        p: Any = self.pool
        pooled, _ = multi_head_attention_forward(
            query=mean,
            key=tokens,
            value=tokens,
            embed_dim_to_check=x.shape[1],
            num_heads=p.num_heads,
            q_proj_weight=p.q_proj.weight,
            k_proj_weight=p.k_proj.weight,
            v_proj_weight=p.v_proj.weight,
            in_proj_weight=None,
            in_proj_bias=torch.cat((p.q_proj.bias, p.k_proj.bias, p.v_proj.bias)),
            bias_k=None,
            bias_v=None,
            add_zero_attn=False,
            dropout_p=0.0,
            out_proj_weight=p.c_proj.weight,
            out_proj_bias=p.c_proj.bias,
            use_separate_proj_weight=True,
            training=False,
            need_weights=False,
        )
        return pooled[0]


def network(device: str) -> Goodness:
    """The network with its published weights, loaded once for each device.

    Raises: MetricWeightsError when the weights cannot be had.
    """
    with _loading:
        return _load(device)


@cache
def _load(device: str) -> Goodness:
    clip = _clip(clip_file("clip_iqa"))
    tokens = torch.zeros(len(SENTENCES), clip.context_length, dtype=torch.int64)
    for row, words in zip(tokens, SENTENCES, strict=True):
        row[: len(words)] = torch.tensor(words)
    with torch.no_grad():
        sentences = _unit(clip.encode_text(tokens))
        model = Goodness(clip.visual, sentences, float(clip.logit_scale.exp()))
    return model.requires_grad_(False).eval().to(device, precision(device))


def _clip(path: Path) -> Any:
    """The network of piq with the weights of that TorchScript file, in single precision."""
    with warnings.catch_warnings(), torch.random.fork_rng(devices=[]):
        warnings.simplefilter("ignore")  # torch retires TorchScript
        archive: Any = torch.jit.load(path, map_location="cpu")  # type: ignore[no-untyped-call]
        return piq_clip.build_model(
            archive.state_dict()
        ).float()  # it draws weights first: hence the fork


def _unit(vectors: Tensor) -> Tensor:
    return torch.nn.functional.normalize(vectors, dim=-1)


def _colours(*values: float) -> Tensor:
    return torch.tensor(values).view(1, 3, 1, 1)
