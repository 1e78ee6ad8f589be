package dev.gantry.store;

import com.google.protobuf.Message;

/**
 * A record as it stood at a revision.
 *
 * @param revision the store's revision of its last change
 */
public record Versioned<T extends Message>(Key<T> key, T value, long revision) {}
