"""ESPCN: three convolutions on luma, and the first pixel shuffle."""
