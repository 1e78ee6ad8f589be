package dev.gantry.store;

/** Records put under a lease vanish when nobody renews it for its time to live. */
public record Lease(long id) {}
