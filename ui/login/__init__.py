"""The optional login: who may use the pages and the HTTP interface at all. Off unless BELEGT_LOGIN_FILE names a file.

    accounts.py   the file: a line a person, with a hash of the password
    patience.py   how long to wait after wrong passwords
    sessions.py   the cookie that a browser gets for a right one
    gate.py       lets nothing past without one or the other
    form.py       the page that asks
    command.py    ``belegt login``

gradio's own login would leave the HTTP interface and the uploads beside it open, which are no part of gradio.
"""
