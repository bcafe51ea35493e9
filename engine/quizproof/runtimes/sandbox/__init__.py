"""Sandboxes: how far a run is closed off, by what the kernel offers without any help.

Three levels, strongest first. `namespaces`: every run has its own user, mount, network, IPC and PID namespace, a
read-only view of the interpreter and nothing else, and a private scratch folder in memory. `landlock`: the kernel
refuses what is outside the interpreter and the scratch folder, TCP, and signals to other processes. `none`: limits and
process-group kill only.
"""
