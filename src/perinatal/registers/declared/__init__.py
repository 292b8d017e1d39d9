"""The public registers: every :class:`~perinatal.registers.Register` in a module of this package is one of them."""
