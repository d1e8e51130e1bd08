"""``python -m evals.bench``: belegt beside its baselines on public data sets and the demo set, in one run.

``sets``     what is asked: data sets -> articles and slices of questions
``systems``  who is asked: an index for each system, built here, as a user would, so that no number is an old index's
``units``    one system over one slice -> values for each question, kept on disk, so that a killed run goes on
``clock``    how long each takes, and how long the bench itself will
``scores``   units -> means with intervals, and which differ from belegt by more than chance
``table``    scores -> text
``run``      all of it in order; ``__main__`` is the command
"""
