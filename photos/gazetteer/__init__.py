"""What places are called: a table of cities that comes with the project. SOURCES.md says whose work it is."""
