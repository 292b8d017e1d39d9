"""The parts of scripts/adoption_experiment.py: questions asked of registers, ways to adopt, and what they are worth."""
