"""Runtimes: warm interpreters that run programs, each run in a fresh fork of its own.

`pool` is the side of the caller, `zygote` the warm process, `child` the forked one. Nothing here knows quiz files.
"""
