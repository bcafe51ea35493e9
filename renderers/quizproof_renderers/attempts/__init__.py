"""What a learner keeps: every answer with its mark, the statistics and the reviews that follow from them."""
