"""The distributions and stories behind data/sample/; see scripts/make_sample.py."""
