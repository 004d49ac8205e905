"""Marks in pictures: that they are there, that they are believed, and that nothing else is."""
