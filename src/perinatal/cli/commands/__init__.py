"""The commands of the program `perinatal`, one module each: ``HELP``, ``add_arguments(parser)``, ``run(arguments)``.

A module of this package is a command; nothing else lists it. A module imports what it needs inside ``run``, so that
``--help`` needs neither pandas nor a model.
"""
