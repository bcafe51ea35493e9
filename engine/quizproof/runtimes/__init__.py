"""Runtimes: warm interpreters that run programs, each run in a fresh fork of its own.

`zygote` is the warm process, `child` the forked one, and `run` what the zygote knows about a fork. The caller's side is
`runners.pool`. Nothing here knows quiz files.
"""
