"""The parts of scripts/adoption_experiment.py: questions to registers, methods of adoption, and their results."""
