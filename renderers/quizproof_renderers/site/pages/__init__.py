"""What the pages show of a report: blocks in quizzes, quizzes in topics, topics in the contents."""
