"""Commands for teachers: what many learners have answered."""
