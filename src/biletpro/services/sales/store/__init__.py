"""Every SQL statement of sales, by noun. The batched write path itself is in the migrations' functions."""
