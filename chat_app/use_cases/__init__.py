"""What the product does: one class a noun, one public method a behaviour."""
