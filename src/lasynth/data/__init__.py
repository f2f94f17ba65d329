"""Data: generate -> shards (Parquet) -> dataset -> batches."""
