"""Published scores, declared with every number, source and worked example, and answered as their authors meant."""
