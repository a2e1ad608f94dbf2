"""What is attached, what of it is here, what should be fetched, how much room it takes."""
