"""SRResNet and SRGAN, the five-block SRGAN of iSeeBetter, and MSRResNet without batch normalisation."""
