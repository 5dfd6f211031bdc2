"""PReNet and PRN: deraining in several stages that share one small network."""
