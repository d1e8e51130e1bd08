"""The web page: Answer -> what a person sees.

Nothing here may leave this computer unasked, so the switches below are set before any module of this package can
import gradio (which otherwise reports its launches) or the model hub's client.
"""

import os

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
os.environ.setdefault("HF_HUB_OFFLINE", "1")
