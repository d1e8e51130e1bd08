"""The bundled span reader: one small network that finds the answer in a passage, and says whether there is one.

``network.py`` is the network, ``coding.py`` text to tokens and back, ``spans.py`` scores to spans, ``adapter.py`` the few
megabytes that are shipped, ``model.py`` the reader as others use it, ``evidence.py`` what it makes of an answer's passages,
``untimed.py`` how a question that names a year is put to them.
``calibrate.py`` fits its probabilities on the questions that ``trials.py`` asks. The rest trains it: ``pool.py`` the data,
``negatives.py`` passages that do not answer, ``batches.py`` their order, ``trainer.py`` a step, ``checkpoint.py`` its
state on disk, ``train.py`` the command, and ``average.py`` makes one adapter of several decays.
"""
