"""Who supports what, what support a pool is entitled to, and from findings to ticket drafts. Pure."""
