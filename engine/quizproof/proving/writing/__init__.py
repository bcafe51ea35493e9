"""How questions are worded, one by one and beside each other: advice from the literature on writing items."""
