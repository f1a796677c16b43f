"""The frame of all pages: which pages are there, how does one get to them, where do old addresses lead?"""
