"""What programs show when they are read, beside what their runs gave: luck, the machine, steps left out."""
