"""Stands in for a source distribution's build backend, so that pip only fetches and checks the file (tools/deps.sh).

`pip download` asks the backend of a source distribution for the package's metadata. The real backend would first have to
be fetched itself, unpinned. What it would answer is in the distribution already.
"""
