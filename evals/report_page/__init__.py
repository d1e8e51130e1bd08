"""The pieces of ``evals.html_report``: what each question shows, the parts above the list, style, script and texts."""
