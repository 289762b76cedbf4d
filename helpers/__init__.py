"""What the lessons share: settings, data, batches, loops, hooks, scores, plots and checks.

Importing the package alone loads nothing heavy; a lesson imports the modules it uses.
"""
