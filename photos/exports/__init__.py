"""Photos on their way out for good: plain folders that every program reads, and a record that loses nothing."""
