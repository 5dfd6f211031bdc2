"""IRN: an invertible network that makes an image small and brings it back."""
