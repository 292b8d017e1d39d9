"""The distributions and written cases of data/sample/; see scripts/make_sample.py."""
