"""Taking in what lies in folders: what is found there, how each file is taken, and what became of all of them."""
