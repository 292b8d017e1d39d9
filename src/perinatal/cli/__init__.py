"""The command line `perinatal`."""
