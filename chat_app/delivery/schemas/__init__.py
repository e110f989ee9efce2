"""The wire shapes: one marshmallow schema a shape, for REST, sockets and OpenAPI alike."""
