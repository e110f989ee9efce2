"""Socket.IO: two namespaces in, one broadcaster out."""
