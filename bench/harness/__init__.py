"""What the benchmark scripts share: texts, models, worker processes, the machine's description, tables."""
