"""The only place for Azure's SDKs, sockets, files and the clock."""
