"""The demo's returns as files: every format a council may hold, and errors planted in them.

Belongs here: writers of SEN2 returns (Blade, COLLECT, template, pre-submission) and of school
censuses, from modules of text; planted errors with their answer key; a small clean authority to
try them on.

Does not belong here: who is in the returns (`demo.people`), readers and checks.
"""
