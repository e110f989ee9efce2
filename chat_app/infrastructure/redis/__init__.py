"""What Redis does for us: it saves work and shows things; it never decides."""
