"""Questions proposed from what articles say, for a person to accept: how ``belegt eval draft`` finds them.

Sentences are turned into questions by patterns that keep their grammar, and only where all of a pattern fits; whatever
is in doubt is left out. ``proposal`` what is proposed, ``words`` what the corpus tells of its words, ``sentence`` the
sentences in question, then one file a source: ``german``, ``english``, ``quotes``, ``unanswerable``, ``feedback``.
"""
