"""REST, version 10: one module a resource, one function a route, all of them synchronous on the store."""
