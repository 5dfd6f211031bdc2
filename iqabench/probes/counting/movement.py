"""Operators of torch that compute nothing: they move, copy, fill or choose."""

MOVEMENT = frozenset({
    "_conj", "_local_scalar_dense", "_neg_view", "_reshape_copy", "_to_copy", "_unsafe_view", "alias",
    "arange", "as_strided", "cat", "channel_shuffle", "clone", "constant_pad_nd", "contiguous",
    "copy", "detach", "embedding", "empty", "empty_like", "empty_permuted", "empty_strided", "eye",
    "fill", "flip", "full", "full_like", "gather", "im2col", "index", "index_copy", "index_put",
    "_unsafe_index", "_unsafe_index_put", "index_select", "is_same_size", "item", "lift",
    "lift_fresh", "linspace", "masked_fill", "masked_scatter", "masked_select", "new_empty",
    "new_empty_strided", "new_full", "new_ones", "new_zeros", "nonzero", "ones", "ones_like",
    "pixel_shuffle", "pixel_unshuffle", "rand", "rand_like", "randint", "randn", "randn_like",
    "randperm", "reflection_pad1d", "reflection_pad2d", "reflection_pad3d", "repeat",
    "repeat_interleave", "replication_pad1d", "replication_pad2d", "replication_pad3d", "resize",
    "roll", "rot90", "scalar_tensor", "scatter", "select_scatter", "set", "slice_scatter",
    "split_with_sizes_copy", "stack", "take", "tril", "tril_indices", "triu", "triu_indices",
    "unfold_copy", "upsample_nearest1d", "upsample_nearest2d", "upsample_nearest3d",
    "_upsample_nearest_exact2d", "zero", "zeros", "zeros_like", "_fused_sdp_choice",
})  # fmt: skip

FILLING = MOVEMENT.union(["uniform", "normal", "bernoulli", "exponential", "random", "cauchy"])
"""Operators that write in place without having read what was there, random numbers included."""
