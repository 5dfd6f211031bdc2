"""SAN: channels weighed by the covariance of the features, and non-local attention in four quadrants."""
