"""The visitors' side: the loader a website embeds, the chat frame it opens, and a demo shop."""
