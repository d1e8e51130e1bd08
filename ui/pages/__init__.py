"""The pages of the web app, one module each: the chat at ``/``, every other at ``/<name>``.

A page is a class with a ``name`` that builds its components when constructed, inside its own ``gr.Blocks`` context:

    class Library:
        name = "library"                  # its address; ``nav_library`` in ui/locale is what the navigation calls it

        def __init__(self, frame: Frame) -> None:
            self.frame = frame            # frame.answerer, frame.setting, frame.blocks
            self.list = frame.html("", "library-list", "belegt.forward(element, trigger) // 'open' 'remove'")
            frame.on_show(self.show, [], [self.list])
            self.list.open(self.open, [], [self.list], **HIDDEN)

        def show(self, request: gr.Request) -> Updates:
            language = self.frame.language(request)
            return {self.list: library_html(language)}

and stands in ``ui.app.PAGES``, in the order of the navigation. What the frame does for it: the top of the page (name,
navigation, holdings, language switch; ``frame.redraw`` when the holdings have changed), ``on_show`` (called when the page
was loaded and when the language was switched: draw everything in ``frame.language(request)``), ``frame.visitor(request)``
(the random id of the browser, None where cookies are refused), ``frame.routes`` (what the page answers besides itself,
such as uploads).

HTML is made by functions that know no gradio and escape with ``rag.safe`` whatever is not ours; ``ui/render.py`` and
``ui/panel.py`` show how. A button with ``data-event="open"`` in an element whose script says ``belegt.forward(element,
trigger)`` reports its ``data-`` values to the handler wired as ``component.open(...)``, which takes them from
``gr.EventData``; gradio wants each event's name in quotes in that script, hence the comment. All ``ui/*.css`` and
``ui/*.js`` are put into the head of every page: give each page a file of its own, its rules under one id, its script
functions added as ``belegt.library = ...``. Everything under ``.gradio-container.gradio-container`` and the colours are
in ``style.css``.
"""
