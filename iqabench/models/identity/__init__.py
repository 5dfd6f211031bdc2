"""The input as it is: the row that every model of a task that keeps the size is compared with."""
