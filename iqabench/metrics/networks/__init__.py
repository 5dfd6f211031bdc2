"""Networks that learned metrics stand on, and where their weights can be had."""
