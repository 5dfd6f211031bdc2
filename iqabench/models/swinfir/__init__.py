"""SwinFIR: SwinIR with convolutions over frequencies beside those over pixels."""
