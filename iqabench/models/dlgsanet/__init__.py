"""DLGSANet: local attention by generated kernels, global attention between channels without softmax."""
