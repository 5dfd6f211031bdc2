"""Retinexformer: an estimate of the light guides the attention of a small U-Net that repairs what it lit."""
