"""MRDA: a super-resolution network whose degradation is estimated by meta-learning, region by region."""
